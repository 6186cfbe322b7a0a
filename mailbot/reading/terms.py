"""On what terms are papers read: by which engine, how long and how much at most?"""

import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import parsers
from mailbot.reading.cache import digest_of
from mailbot.reading.engines import EngineName, engine_version
from mailbot.reading.wire import pack
from parsers.files.limits import DEFAULT_LIMITS, FileLimits

_MIB: Final = 1 << 20
_LIBRARIES: Final = ("pypdfium2", "pillow", "opencv-python-headless", "numpy")


@dataclass(frozen=True)
class ReadingBudget:
    """How long and how much one file and one page may take."""

    open_seconds: float = 30.0
    page_seconds: float = 60.0
    file_seconds: float = 300.0
    grace_seconds: float = 15.0  #: beyond a page's own limit before its child is stopped
    recycle_pages: int = 200
    recycle_bytes: int = 1536 * _MIB
    idle_seconds: float = 600.0  #: after so long without work a reader gives its memory back


DEFAULT_BUDGET: Final = ReadingBudget()


@dataclass(frozen=True)
class Terms:
    """What holds for every paper that one reader reads."""

    engine: EngineName = "rapid"
    second_opinion: bool = False  #: tesseract is asked about names and dates that nothing vouches for
    forms: Path | None = None  #: the office's own, besides the shipped ones
    limits: FileLimits = DEFAULT_LIMITS
    budget: ReadingBudget = DEFAULT_BUDGET
    recognise: str = "parsers.documents.recognise:recognise"

    @property
    def runs_tesseract(self) -> bool:
        return self.engine == "tesseract" or self.second_opinion

    def versions(self) -> tuple[str, str]:
        """Names of what pages and papers depend on besides their content. Raises ConfigurationError: no such engine."""
        engine = engine_version(self.engine)
        root = Path(parsers.__file__).parent
        numbers = "/".join(importlib.metadata.version(library) for library in _LIBRARIES)
        pages = digest_of([root / "files"])
        settings = hashlib.sha256(f"{engine}/{numbers}/{pack(self.limits).decode()}".encode()).hexdigest()[:16]
        papers = digest_of([root, *([self.forms] if self.forms else [])])
        second = (
            f"-{hashlib.sha256(engine_version('tesseract').encode()).hexdigest()[:6]}" if self.second_opinion else ""
        )
        name = hashlib.sha256(self.recognise.encode()).hexdigest()[:6]
        return f"{settings}-{pages}", f"{settings}-{papers}-{name}{second}"
