"""What a file may be called, and which files are not taken."""

import re
import unicodedata

FORBIDDEN = (
    "exe com scr pif cpl msi msp msc dll sys drv ocx bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta reg lnk inf scf"
    " jar class apk app deb rpm sh elf"
)
NAME_LENGTH = 200

# separators of paths, control characters, and the marks that turn the direction of writing (exe shown as txt)
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def clean(name):
    """The name as it is kept: one form for equal names, nothing in it that leads elsewhere or hides its end.

    :param name: what a browser or a program calls the file
    :return: at most 200 characters, or an empty string if nothing is left
    """
    name = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", name or "")).strip(" .\u3000")
    if len(name) > NAME_LENGTH:
        stem, dot, extension = name.rpartition(".")
        keep = dot + extension if stem and len(extension) <= 10 else ""
        name = name[: NAME_LENGTH - len(keep)] + keep
    return name


def extension(name):
    """The extension of a name in small letters, without the dot; empty if it has none."""
    return unicodedata.normalize("NFKC", clean(name)).lower().rpartition(".")[2].strip() if "." in name else ""


def human_size(size):
    """A number of bytes in the largest unit that it fills, such as 1.5 MB."""
    units = ["B", "KB", "MB", "GB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"{size:.3g} {units[0]}" if size < 1000 else f"{size:.0f} {units[0]}"


def program(raw):
    """What kind of program the content is by its first bytes, whatever it is called; empty if it is none.

    :param raw: bytes
    """
    if raw[:2] == b"MZ" and b"\0" in raw[:64]:
        return "exe"
    if raw[:4] == b"\x7fELF":
        return "elf"
    if raw[:4] in (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        return "app"
    if raw[:4] == b"\xca\xfe\xba\xbe":
        return "class"
    if raw[:2] == b"#!":
        return "sh"
    if raw[:20] == b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F":
        return "lnk"
    return ""


def refused(name, raw, forbidden):
    """The forbidden type of a file by its name or its content, or an empty string.

    :param name: as uploaded
    :param raw: bytes
    :param forbidden: set of extensions in small letters
    """
    return next((kind for kind in (extension(name), program(raw)) if kind in forbidden), "")
