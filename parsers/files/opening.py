"""How is a file of each kind opened?"""

from parsers.files.image import IMAGE_KINDS, open_image
from parsers.files.kind import FileKind
from parsers.files.limits import DEFAULT_LIMITS, FileLimits
from parsers.files.page import Fault, Unreadable
from parsers.files.pdf import open_pdf
from parsers.files.sheet import Opened


def open_file(data: bytes, kind: FileKind, limits: FileLimits = DEFAULT_LIMITS) -> Opened:
    """The pages of `data`, taken as `kind` says and as nothing else; never raises for bad input.

    Hostile bytes can still kill or stop the process that runs this: the service calls it in a child.
    """
    if not data or kind is FileKind.EMPTY:
        return Unreadable(Fault.EMPTY)
    if len(data) > limits.bytes:
        return Unreadable(Fault.TOO_LARGE, f"{len(data)} bytes")
    if kind is FileKind.PDF:
        return open_pdf(data, limits)
    if kind in IMAGE_KINDS:
        return open_image(data, kind, limits)
    if kind is FileKind.ENCRYPTED:
        return Unreadable(Fault.ENCRYPTED, "an encrypted mail part")
    return Unreadable(Fault.UNSUPPORTED, kind.value)
