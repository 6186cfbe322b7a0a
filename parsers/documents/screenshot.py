"""What does a page of the national or the municipal system say of an engineer's work?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from parsers.documents.document import Document, DocumentKind, Field
from parsers.documents.screenshot_page import PageReader, Tenure
from parsers.documents.screenshot_words import Status
from parsers.files.page import Page, ReadBy
from parsers.files.sheet import Picture
from parsers.names import fold_person

__all__ = ["Screenshot", "Tenure", "read_screenshot", "screenshots"]


@dataclass(frozen=True)
class Screenshot(Document):
    """全国系统截图 or 重庆系统截图, as read from one attachment."""

    values: Mapping[str, Field] = field(
        default_factory=dict
    )  #: person, firm, project, section, post, citizen_id, action, dates (ISO), state
    status: Status | None = None  #: None: no status word on it
    status_word: Field | None = None
    personnel: tuple[Tenure, ...] = ()

    @property
    def fields(self) -> dict[str, Field]:
        return dict(self.values) | ({"status": self.status_word} if self.status_word else {})

    def tenures_of(self, person: str) -> tuple[Tenure, ...]:
        """The rows of one engineer, the latest start first (after 更新 there are several)."""
        rows = [row for row in self.personnel if row.person.value == fold_person(person)]
        return tuple(sorted(rows, key=lambda row: row.started_on.value if row.started_on else "", reverse=True))


def read_screenshot(
    kind: DocumentKind,
    name: str,
    position: int,
    pages: tuple[Page, ...],
    pictures: tuple[Picture | None, ...] = (),
) -> Screenshot:
    """One paper of that kind; `pictures` are not looked at. Never raises: what cannot be read is not there."""
    values: dict[str, Field] = {}
    personnel: list[Tenure] = []
    statuses: list[tuple[Status, Field]] = []
    for page in pages:
        reader = PageReader(kind, page)
        for key, value in reader.values().items():
            values.setdefault(key, value)
        personnel.extend(reader.personnel())
        statuses.extend(reader.statuses())
    status, word = _settled(statuses)
    return Screenshot(
        kind=kind,
        file=name,
        position=position,
        pages=tuple(page.number for page in pages),
        read_by=pages[0].read_by if pages else ReadBy.NONE,
        seconds=sum(page.seconds for page in pages),
        values=values,
        status=status,
        status_word=word,
        personnel=tuple(personnel),
    )


def _settled(statuses: Sequence[tuple[Status, Field]]) -> tuple[Status | None, Field | None]:
    """The best attested status; where certain words contradict each other the contrary one stands, unsure."""
    best = [one for one in statuses if one[1].certain] or list(statuses)
    if not best:
        return None, None
    contrary = [one for one in best if one[0] is Status.CONTRARY]
    if contrary and len(contrary) < len(best):
        return Status.CONTRARY, replace(contrary[0][1], certain=False)
    return best[0]


def screenshots(documents: Iterable[Document], kind: DocumentKind) -> tuple[Screenshot, ...]:
    """Those of one system among all papers."""
    return tuple(one for one in documents if isinstance(one, Screenshot) and one.kind is kind)
