"""Which answers of a child are believed, and how do values travel to it and back?

JSON in both directions, into strict types: a number is no text, a share is finite, an unknown class of paper is
refused. What a taken-over child could still do is to answer well-formed untruths; those are words, never decisions.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from parsers.documents.document import Document, FileRead
from parsers.documents.kinds import DOCUMENT_CLASSES
from parsers.files.page import Fault, Line, Page, Unreadable
from parsers.files.straighten import Pose

ANSWER_BYTES = 16 << 20  #: the longest answer about one file


class NotBelieved(Exception):
    """An answer that is not of the agreed form."""


@dataclass(frozen=True)
class SheetHead:
    """A sheet without its pixels, which lie in the file beside it as RGB rows."""

    number: int
    width: int
    height: int
    lines: tuple[Line, ...] | None
    offset: int | None  #: first byte of the picture; None: there is none
    picture_width: int = 0
    picture_height: int = 0
    why: str = ""


@dataclass(frozen=True)
class OpenedHead:
    """What the document's child says about a file."""

    fault: Fault | None
    detail: str
    total: int
    sheets: tuple[SheetHead, ...]


@dataclass(frozen=True)
class Recognise:
    """The order to tell which papers a file's read pages are; loose ones may be a letter's, in any order."""

    name: str
    position: int
    sheets: tuple[SheetHead, ...]
    pages: tuple[Page, ...]
    poses: tuple[Pose, ...]
    loose: bool = False


@dataclass(frozen=True)
class ReadPage:
    """The order to read one sheet."""

    sheet: SheetHead
    seconds: float


@dataclass(frozen=True)
class PageAnswer:
    """What an OCR child says about one page."""

    page: Page
    pose: Pose
    rss: int  #: bytes of memory that the child holds


@dataclass(frozen=True)
class PagesRecord:
    """A file's pages as the cache keeps them."""

    total: int
    pages: tuple[Page, ...]
    poses: tuple[Pose, ...]


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def prepare(*kinds: type[Any]) -> None:
    """Called where the nursery loads a module: a schema takes longer to make than a child to start."""
    for kind in kinds:
        _adapter(kind)


def pack(value: Any) -> bytes:
    """A frozen value as JSON."""
    return _adapter(type(value)).dump_json(value)


def unpack(kind: type[Any], body: bytes) -> Any:
    """The value of class `kind` in `body`; raises NotBelieved for anything else."""
    try:
        json.loads(body, parse_constant=_no_number)
        return _adapter(kind).validate_json(body, strict=True)
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise NotBelieved(f"{kind.__name__}: {error}"[:200]) from error
        raise NotBelieved(
            f"{kind.__name__}: {error.error_count()} errors, first: {error.errors()[0]['type']}"
        ) from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")  # a share of infinity would pass for a float


class FileReadAdapter:
    """`FileRead` ⇄ JSON, each paper under the name of its class."""

    def __init__(self, classes: tuple[type[Document], ...] = DOCUMENT_CLASSES) -> None:
        every: tuple[type[Document], ...] = (Document, *classes)
        self._classes = {kind.__name__: kind for kind in every}

    def dump(self, read: FileRead) -> bytes:
        papers = [[type(document).__name__, _jsonable(document)] for document in read.documents]
        return json.dumps([_jsonable(replace(read, documents=())), papers], ensure_ascii=False).encode()

    def load(self, body: bytes) -> FileRead:
        """Raises NotBelieved."""
        try:
            bare, papers = json.loads(body)
            documents = tuple(self._document(name, value) for name, value in papers)
        except (ValueError, TypeError, RecursionError) as error:
            raise NotBelieved(f"FileRead: {error}"[:200]) from error
        read: FileRead = unpack(FileRead, json.dumps(bare).encode())
        return replace(read, documents=documents)

    def _document(self, name: object, value: object) -> Document:
        kind = self._classes.get(name) if isinstance(name, str) else None
        if kind is None:
            raise NotBelieved(f"no such class of papers: {name!r:.60}")
        document: Document = unpack(kind, json.dumps(value).encode())
        return document


def _jsonable(value: Any) -> Any:
    return json.loads(pack(value))


@cache
def file_read_adapter() -> FileReadAdapter:
    """The adapter for every class in `parsers.documents.kinds.DOCUMENT_CLASSES`."""
    return FileReadAdapter()


def unreadable(position: int, name: str, fault: Fault, detail: str = "") -> FileRead:
    """A file of which only the fault is known."""
    return FileRead(position, name, unreadable=Unreadable(fault, detail[:300]))
