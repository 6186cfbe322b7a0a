"""What do subject, papers and directory say of one and the same thing, where, and how sure is each reading?"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypedDict

from rapidfuzz.distance import Levenshtein

from mailbot.examination.submission import Submission
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, DocumentKind, Field
from parsers.files.page import ReadBy
from parsers.names import Likeness, squeeze

_K = DocumentKind

#: Where each fact stands, by the keys of a paper's `fields`. Employer and person of a certificate have rules of
#: their own (`insurance_wrong_…`), the rows of 履约人员 too.
SOURCES: Final[dict[DocumentKind, dict[str, str]]] = {
    _K.COMMITMENT_LETTER: {
        "firm": "firm",
        "credit_identifier": "credit_identifier",
        "legal_representative": "legal_representative",
        "engineer": "engineer",
        "engineer_id": "engineer_id",
        "project": "project",
        "section": "section",
        "post": "post",
        "action": "action",
    },
    _K.NATIONAL_SCREENSHOT: {
        "firm": "firm",
        "engineer": "person",
        "engineer_id": "citizen_id",
        "project": "project",
        "section": "section",
        "post": "post",
        "started_on": "started_on",
        "ended_on": "ended_on",
        "action": "action",
    },
    _K.MUNICIPAL_SCREENSHOT: {"firm": "firm", "project": "project", "section": "section"},
    _K.IDENTITY_CARD: {"engineer": "engineer", "engineer_id": "citizen_id"},
    _K.CARD_IN_HAND_PHOTO: {"engineer": "engineer", "engineer_id": "citizen_id"},
}
_SCREENSHOTS: Final = frozenset({_K.NATIONAL_SCREENSHOT, _K.MUNICIPAL_SCREENSHOT})
_RUN: Final = "project_and_section"  #: in a letter's fields
#: From this confidence on a printed reading is taken as far as noise can be told from a difference.
CLEAR: Final = 0.95
#: Digits that engines take for each other.
_CONFUSED: Final = (frozenset("17"), frozenset("0689"), frozenset("3589"), frozenset("56"), frozenset("27"))
_TWIN_SIGNS: Final = (
    "酉西 未末 己已巳 土士 日曰 千干于 人入八 大太犬 王玉主 戊戌戍 石右 由甲申 天夫 午牛 刀力 历厉 侯候 析折拆 "
    "拨拔 晴睛 祁祈 毫亳 崇祟 鸟乌 治冶 间问 栗粟 盂孟 壁璧 今令"
)
#: Signs that are one stroke apart: no two projects or sections are told apart by them.
_TWINS: Final = tuple(map(frozenset, _TWIN_SIGNS.split()))
#: Share of letters that engines misread at worst, photographs of a screen included (ocr.md 2), with a margin.
_NOISE: Final = 0.15


@dataclass(frozen=True)
class Wording:
    """One reading of one fact at one place."""

    value: str
    place: str  #: a document kind, "subject" or "directory"
    certain: bool = True  #: typed in the mail, on file, or certain as the reader says
    confidence: float = 1.0
    typed: bool = True  #: no pixels in between
    reconstructed: bool = False  #: from the blank of a working form: never more than a doubt (contract 3, rule 2)
    document: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class Voice:
    """Everything that says the same."""

    wordings: tuple[Wording, ...]

    @property
    def value(self) -> str:
        return self.best.value

    @property
    def best(self) -> Wording:
        return max(self.wordings, key=lambda one: (one.certain, one.typed, one.confidence))

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.place for one in self.wordings))

    @property
    def certain(self) -> bool:
        """One certain reading, or the same read from two papers, not from working forms alone."""
        sound = [one for one in self.wordings if not one.reconstructed]
        return any(one.certain for one in sound) or len({one.place for one in sound}) > 1

    @property
    def only_reconstructed(self) -> bool:
        return all(one.reconstructed for one in self.wordings)

    @property
    def clear(self) -> bool:
        return any(one.confidence >= CLEAR and not one.reconstructed for one in self.wordings)


Compare = Callable[[str, str], Likeness]


def papers(submission: Submission) -> tuple[Document, ...]:
    """The papers that count: of a kind sent again with this mail, the earlier ones no longer do."""
    now = [document for file in submission.files or () for document in file.documents]
    renewed = {document.kind for document in now}
    earlier = [document for file in submission.earlier_files for document in file.documents]
    return tuple(now + [document for document in earlier if document.kind not in renewed])


def wordings(submission: Submission, fact: str) -> Iterator[Wording]:
    """What the papers say of a fact, in their order."""
    for document in papers(submission):
        key = SOURCES.get(document.kind, {}).get(fact)
        read = document.fields.get(key) if key else None
        if document.kind is _K.COMMITMENT_LETTER and fact in ("project", "section"):
            read = _parted(submission, document, fact) or read
        # A card held into the camera is too small to read by letters: only its number has a check digit.
        if read is not None and (document.kind is not _K.CARD_IN_HAND_PHOTO or read.certain):
            yield wording(read, document)
        if isinstance(document, CommitmentLetter) and (other := document.otherwise.get(key or "")):
            yield wording(other, document)


def _parted(submission: Submission, letter: Document, fact: str) -> Field | None:
    """Project or section from a letter that writes both in one run, parted where a screenshot parts them.

    The form has no sign between its two blanks, so that the letter alone cannot say where one ends.
    """
    run = letter.fields.get(_RUN)
    if run is None:
        return None
    text = squeeze(run.value)
    for page in papers(submission):
        project, section = (page.fields.get(key) for key in ("project", "section"))
        if page.kind not in _SCREENSHOTS or project is None:
            continue
        if text.startswith(squeeze(project.value)):
            parts = {"project": project.value, "section": text[len(squeeze(project.value)) :]}
        elif section is not None and text.endswith(squeeze(section.value)):
            parts = {"project": text[: -len(squeeze(section.value))], "section": section.value}
        else:
            continue
        return replace(run, value=parts[fact]) if parts[fact] else None
    return None


class Stands(TypedDict):
    """What every finding on a page of a paper says."""

    document: str
    page: int


def stands(paper: Document, page: int) -> Stands:
    """In which file, on which of its pages: those of a letter may lie in several."""
    leaf = paper.leaf(page)
    return Stands(document=leaf.file, page=leaf.page)


def wording(read: Field, document: Document) -> Wording:
    return Wording(
        value=read.value,
        place=document.kind.value,
        certain=read.certain,
        confidence=read.confidence,
        typed=read.read_by is ReadBy.TEXT,
        reconstructed=is_reconstructed(document),
        **stands(document, read.page),
    )


def is_reconstructed(document: Document) -> bool:
    return isinstance(document, CommitmentLetter) and document.reconstructed


def voices(said: Iterable[Wording], compare: Compare) -> tuple[Voice, ...]:
    """Readings that are equal, gathered; the weightiest voice first: most papers, then certain ones."""
    gathered: list[list[Wording]] = []
    for one in said:
        home = next((group for group in gathered if compare(group[0].value, one.value) is Likeness.EQUAL), None)
        if home is None:
            gathered.append([one])
        else:
            home.append(one)
    found = [Voice(tuple(group)) for group in gathered]
    return tuple(sorted(found, key=lambda voice: (len(voice.places), voice.certain), reverse=True))


def surely_different(left: Voice, right: Voice, likeness: Likeness) -> bool:
    """May this difference carry a defect: both readings certain, or further apart than any misreading?

    One letter is never enough where an engine read it: the same engine misreads the same letter twice.
    """
    if likeness is Likeness.UNSURE or left.only_reconstructed or right.only_reconstructed:
        return False
    if left.best.typed and right.best.typed and left.certain and right.certain:
        return True
    if misread(left.value, right.value) and not other_digit(left.value, right.value):
        return False
    if left.certain and right.certain:
        return True
    return left.clear and right.clear and far_apart(left.value, right.value)


def far_apart(left: str, right: str) -> bool:
    """Do they differ in more letters than an engine misreads?"""
    letters = max(len(left), len(right))
    return Levenshtein.distance(left, right) >= max(2, math.ceil(_NOISE * letters))


def other_digit(left: str, right: str) -> bool:
    """One digit differs, and no engine takes the one for the other: JL1 and JL2."""
    if len(left) != len(right):
        return False
    pairs = [{a, b} for a, b in zip(left, right, strict=True) if a != b]
    return len(pairs) == 1 and all(one.isdecimal() for one in pairs[0]) and not any(pairs[0] <= c for c in _CONFUSED)


def looks_alike(left: str, right: str) -> bool:
    """Do they differ in one sign only, and that by signs that engines take for each other: 彭酉 and 彭西?"""
    pairs = [{a, b} for a, b in zip(left, right, strict=False) if a != b]
    return len(left) == len(right) and len(pairs) == 1 and any(pairs[0] <= signs for signs in _TWINS)


def misread(left: str, right: str) -> bool:
    """Are they one letter apart, as a misreading is?"""
    return Levenshtein.distance(left, right) <= 1


def odd_voices(said: Sequence[Wording], compare: Compare) -> Iterator[tuple[Voice, Voice, Likeness]]:
    """Every voice that differs from the weightiest, with that one before it."""
    found = voices(said, compare)
    for other in found[1:]:
        yield found[0], other, compare(found[0].value, other.value)
