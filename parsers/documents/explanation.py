"""Why was it late, and who vouches for it: 情况说明, 逾期承诺书 and the authority's consent (四.(三))?"""

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.dates import find_dates
from parsers.documents.document import Document, DocumentKind, Field
from parsers.files.page import Line, Page, ReadBy


@dataclass(frozen=True, kw_only=True)
class LatePaper(Document):
    """One of the papers that a late filing needs. What it says is for a person to judge; it is filed (L04)."""

    written_on: Field | None = None  #: ISO date: the last date on the sheet, where the writer dates it

    @property
    def fields(self) -> dict[str, Field]:
        return {"written_on": self.written_on} if self.written_on else {}


@dataclass(frozen=True, kw_only=True)
class Explanation(LatePaper):
    """书面情况说明."""


@dataclass(frozen=True, kw_only=True)
class LateFilingUndertaking(LatePaper):
    """逾期承诺书."""


@dataclass(frozen=True, kw_only=True)
class Approval(LatePaper):
    """负责项目监管的交通主管部门的同意意见."""


@dataclass(frozen=True, kw_only=True)
class OtherPaper(Document):
    """A paper that is recognised and asked for nowhere: a licence, a diploma, a contract."""


def read_late_papers(kinds: Sequence[DocumentKind], file: str, position: int, pages: Sequence[Page]) -> list[Document]:
    """Each paper that these pages hold; 情况说明及承诺书 on one sheet are two."""
    numbers = tuple(page.number for page in pages)
    read_by, seconds = pages[0].read_by, sum(page.seconds for page in pages)
    written_on = _written_on(pages)
    found: list[Document] = []
    for kind in kinds:
        match kind:
            case DocumentKind.EXPLANATION:
                found.append(Explanation(kind, file, position, numbers, read_by, seconds, written_on=written_on))
            case DocumentKind.LATE_FILING_UNDERTAKING:
                found.append(
                    LateFilingUndertaking(kind, file, position, numbers, read_by, seconds, written_on=written_on)
                )
            case DocumentKind.APPROVAL:
                found.append(Approval(kind, file, position, numbers, read_by, seconds, written_on=written_on))
            case _:
                found.append(OtherPaper(DocumentKind.OTHER, file, position, numbers, read_by, seconds))
    return found


def _written_on(pages: Sequence[Page]) -> Field | None:
    dated: list[tuple[Page, Line, str]] = [
        (page, line, whole.isoformat())
        for page in pages
        for line in page.lines
        for one in find_dates(line.text)
        if (whole := one.whole)
    ]
    if not dated:
        return None
    page, line, day = dated[-1]
    return Field(day, line.confidence, page.read_by is ReadBy.TEXT, page.number, line.box, page.read_by)
