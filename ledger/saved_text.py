"""In which encoding did a spreadsheet program save this text?"""

from typing import Final

_ENCODINGS: Final = ("utf-8-sig", "gb18030")  # Excel in China saves CSV in GB18030


def text_of(data: bytes) -> str | None:
    """None: in neither of the two, as UTF-16 or a file that is no text."""
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    return None
