"""Which places on the papers should a reviewer look at for this doubt?

Never on an identity card, a photograph of a person, or a page that holds one; and never a field that is a number of
a person, which is painted over wherever it stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.entries import FindingEntry
from mailbot.reading.crops import Place
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, DocumentKind, Field, FileRead, Mark, holds_number
from parsers.files.page import Box

MOST: Final = 3  #: for one finding
_IDENTITY: Final = frozenset({DocumentKind.IDENTITY_CARD, DocumentKind.CARD_IN_HAND_PHOTO})

#: Finding code → the fields whose places decide; "*" takes the code's own stem.
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "letter_dated_after_receipt": ("date",),
    "insurance_wrong_person": ("handler",),
    "insurance_wrong_employer": ("employer", "firm"),
    "insurance_outdated": ("printed_on",),
    "insurance_unclear": ("handler", "employer", "months"),
    "screenshot_not_submitted": ("status",),
    "late_unexplained": ("started_on", "ended_on"),
    "late_closed": ("ended_on",),
    "close_premature": ("ended_on",),
    "end_date_in_future": ("ended_on",),
    "start_date_in_future": ("started_on",),
    "dates_out_of_order": ("started_on", "ended_on"),
    "dates_disagree": ("started_on", "ended_on"),
    "firm_unknown": ("firm",),
    "suspended": ("firm", "engineer"),
}
_DISAGREES: Final = "_disagrees"


@dataclass(frozen=True)
class Spot:
    """A place worth seeing."""

    position: int  #: of the file in its mail
    file: str
    place: Place
    paper: DocumentKind


def spots_of(finding: FindingEntry, files: Iterable[FileRead]) -> tuple[Spot, ...]:
    """The places that decide about one finding, of its own paper first."""
    papers = _presentable(files)
    own = [paper for paper in papers if finding.document in {leaf.file for leaf in paper.places}]
    found = [spot for paper in own or papers for spot in _on(paper, finding)]
    shown = {(spot.position, spot.place): spot for spot in found if spot.place.box.width and spot.place.box.height}
    return tuple(shown.values())[:MOST]


def hidden_in(files: Iterable[FileRead], position: int) -> tuple[Place, ...]:
    """Where numbers of persons stand in that file, as far as they were read as such."""
    return tuple(
        Place(leaf.page, field.box)
        for file in files
        for document in file.documents
        for name, field in document.fields.items()
        if holds_number(name) and field.box and (leaf := document.leaf(field.page)).position == position
    )


def _presentable(files: Iterable[FileRead]) -> list[Document]:
    """Papers none of whose pages holds a card or a face."""
    files = tuple(files)
    private = {
        (leaf.position, leaf.page)
        for file in files
        for document in file.documents
        if document.kind in _IDENTITY
        for leaf in document.places
    }
    papers = [document for file in files for document in file.documents if document.kind not in _IDENTITY]
    return [one for one in papers if not any((leaf.position, leaf.page) in private for leaf in one.places)]


def _on(paper: Document, finding: FindingEntry) -> Iterator[Spot]:
    if isinstance(paper, CommitmentLetter):
        yield from _on_letter(paper, finding)
    for name in _names(finding):
        yield from _spot(paper, paper.fields.get(name))


def _on_letter(letter: CommitmentLetter, finding: FindingEntry) -> Iterator[Spot]:
    code, evidence = finding.code, finding.evidence
    if code.startswith("letter_seal"):
        yield from _spot(letter, letter.seal)
    elif code.startswith("letter_signature"):
        labels = [evidence["label"]] if "label" in evidence else evidence.get("labels", [])
        for signature in letter.signatures:
            if signature.label in labels:
                yield from _spot(letter, signature.mark)
    elif code == "letter_altered":
        for alteration in letter.alterations:
            if alteration.box:
                yield _at(letter, alteration.page, alteration.box)


def _names(finding: FindingEntry) -> tuple[str, ...]:
    code = finding.code
    if code == "dates_disagree" and finding.evidence.get("which") in ("started_on", "ended_on"):
        return (finding.evidence["which"],)
    if code.endswith(_DISAGREES) and code not in _FIELDS:
        stem = code.removesuffix(_DISAGREES)
        return () if holds_number(stem) else (stem,)
    return _FIELDS.get(code, ())


def _spot(paper: Document, mark: Mark | Field | None) -> Iterator[Spot]:
    if mark is not None and mark.box is not None:
        yield _at(paper, mark.page, mark.box)


def _at(paper: Document, page: int, box: Box) -> Spot:
    """In the file in which that page truly lies: a letter's pages may have come one by one."""
    leaf = paper.leaf(page)
    return Spot(leaf.position, leaf.file, Place(leaf.page, box), paper.kind)
