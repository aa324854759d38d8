# Chinese data: the separators that people type with a Chinese keyboard
"""Quantity breaks as people write them."""

import re

SEPARATOR = re.compile(r"[,，、;；/／\s]+")


def parse_quantities(text):
    """The quantities in a text, the smallest first, each once.

    :raise ValueError: a part is no positive number; its text is the argument

    >>> parse_quantities("1000/100，500, 100")
    [100.0, 500.0, 1000.0]
    >>> parse_quantities("0.5 k")
    Traceback (most recent call last):
    ValueError: k
    >>> parse_quantities("-3")
    Traceback (most recent call last):
    ValueError: -3
    >>> parse_quantities(False)
    []
    """
    quantities = set()
    for part in filter(None, SEPARATOR.split((text or "").strip())):
        try:
            quantity = float(part)
        except ValueError:
            quantity = 0
        if not 0 < quantity < 1e12:
            raise ValueError(part)
        quantities.add(quantity)
    return sorted(quantities)


def format_quantities(quantities):
    """
    >>> format_quantities([100.0, 0.5])
    '100 / 0.5'
    """
    return " / ".join(f"{quantity:.6f}".rstrip("0").rstrip(".") for quantity in quantities)
