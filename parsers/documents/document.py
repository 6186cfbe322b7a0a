"""What is a paper, and how far can each value read from it be trusted?"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from parsers.files.page import Box, Line, Page, ReadBy, Unreadable


class DocumentKind(StrEnum):
    """The contract's `document.kind`."""

    COMMITMENT_LETTER = "commitment_letter"  # 承诺保证书
    SOCIAL_INSURANCE_CERTIFICATE = "social_insurance_certificate"  # 社保证明
    NATIONAL_SCREENSHOT = "national_screenshot"  # 全国系统截图
    MUNICIPAL_SCREENSHOT = "municipal_screenshot"  # 重庆系统截图
    IDENTITY_CARD = "identity_card"  # 身份证扫描件
    CARD_IN_HAND_PHOTO = "card_in_hand_photo"  # 手持身份证照片
    EXPLANATION = "explanation"  # 情况说明
    LATE_FILING_UNDERTAKING = "late_filing_undertaking"  # 逾期承诺书
    APPROVAL = "approval"  # 主管部门同意意见
    OTHER = "other"


@dataclass(frozen=True)
class Field:
    """One value read from a paper."""

    value: str  #: folded for comparing (NFKC, no inner spaces); never masked here
    confidence: float  #: 0..1 as the engine says; never a proof by itself
    certain: bool  #: raised by a text layer, a check digit or agreeing readings: may carry a defect
    page: int  #: 1-based within its file
    box: Box | None = None
    read_by: ReadBy = ReadBy.OCR


def field_read(page: Page, line: Line, value: str, *, certain: bool = False) -> Field:
    """From a text layer every letter is certain; from pixels only what is vouched for."""
    sure = certain or page.read_by is ReadBy.TEXT
    return Field(value, line.confidence, sure, page.number, line.box, page.read_by)


#: What names of fields end with whose values are numbers of a person, a firm or a certificate.
_NUMBERS: Final = ("_id", "identifier", "phone", "mobile", "number", "code")


def holds_number(name: str) -> bool:
    """Whether a field of that name is shown masked and painted over in pictures; our own case numbers are not."""
    return name.endswith(_NUMBERS) and name != "case_number"


class Presence(StrEnum):
    """Whether a mark is there; `UNCLEAR` is an honest answer and becomes a doubt."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Mark:
    """A seal, a signature, a tick: ink on paper."""

    presence: Presence
    page: int
    box: Box | None = None
    why: str = ""  #: a stable English word, e.g. "greyscale", "half_cut", "faint", "typed"
    fingerprint: str = ""  #: perceptual hash (hex) of a signature's picture, for recognising it in another case


@dataclass(frozen=True)
class Leaf:
    """One page where it truly lies."""

    position: int  #: of the file in its mail
    file: str
    page: int  #: 1-based within that file


@dataclass(frozen=True)
class Document:
    """One paper. One file may hold several, one paper may lie in several files."""

    kind: DocumentKind
    file: str  #: the attachment's name; of several the one where the paper begins
    position: int  #: the attachment's position in its mail
    pages: tuple[int, ...]  #: in the paper's own order; 1-based within the file, or just names of the `leaves`
    read_by: ReadBy
    seconds: float = 0.0
    leaves: tuple[Leaf, ...] = field(default=(), kw_only=True)  #: of a paper joined from loose pages, one for each page

    def leaf(self, page: int) -> Leaf:
        """Where that page of the paper truly lies; findings and pictures name it."""
        if page in self.pages[: len(self.leaves)]:
            return self.leaves[self.pages.index(page)]
        return Leaf(self.position, self.file, page)

    @property
    def places(self) -> tuple[Leaf, ...]:
        """Where all its pages lie, in the paper's own order."""
        return tuple(self.leaf(page) for page in self.pages)

    @property
    def fields(self) -> dict[str, Field]:
        """Every named value, for `check --json`; a kind with values overrides this."""
        return {}


@dataclass(frozen=True)
class FileRead:
    """One attached file after reading: its papers, or why it could not be read.

    `unknown_pages` were read but recognised as nothing; `illegible_pages` could not be read. While either is not
    empty, a paper that may stand there is not called missing (contract.md 3, rule 1). Of the illegible ones
    `unread_pages` were not even looked at: beyond the limits, damaged, or out of time.
    """

    position: int
    name: str
    documents: tuple[Document, ...] = ()
    unreadable: Unreadable | None = None
    unknown_pages: tuple[int, ...] = ()
    illegible_pages: tuple[int, ...] = ()
    unread_pages: tuple[int, ...] = ()
