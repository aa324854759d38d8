"""Prints the text of the PDF on its standard input: a program of its own, started by content.py."""

import io
import resource
import sys

MEMORY = 2**29  # bytes that reading may take,
SECONDS = 30  # and so much time of a processor


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from pypdf import PdfReader  # under these limits

    length, wanted = 0, int(sys.argv[1])
    for page in PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages:
        text = page.extract_text()
        sys.stdout.buffer.write(text.encode("utf-8", "ignore") + b"\n")
        length += len(text)
        if length > wanted:
            break


if __name__ == "__main__":
    main()
