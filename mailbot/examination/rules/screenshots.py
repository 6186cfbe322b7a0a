"""Are the pages of both systems there, and do they show that the entry is submitted and published (D15, D20)?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import Screenshot, screenshots
from parsers.documents.screenshot_words import Status

_SYSTEMS: Final = (DocumentKind.NATIONAL_SCREENSHOT, DocumentKind.MUNICIPAL_SCREENSHOT)


@dataclass(frozen=True, kw_only=True)
class ScreenshotNationalMissing(Finding):
    code = "screenshot_national_missing"


@dataclass(frozen=True, kw_only=True)
class ScreenshotMunicipalMissing(Finding):
    code = "screenshot_municipal_missing"


@dataclass(frozen=True, kw_only=True)
class ScreenshotNotSubmitted(Finding):
    """The page shows the contrary of what D15 asks for."""

    code = "screenshot_not_submitted"
    system: str  #: "national" or "municipal"
    wording: str  #: the status word as the page shows it; "" where it shows none: no more than a note


@dataclass(frozen=True, kw_only=True)
class ScreenshotRepeated(Finding):
    """E39: the very file came with another engineer's application; a page of the national system is one's own."""

    code = "screenshot_repeated"
    default = Severity.DOUBT
    case_number: str


def screenshots_are_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Those that this filing requires: both from an engineer, the municipal one from an enterprise (D20)."""
    for kind, finding in zip(_SYSTEMS, (ScreenshotNationalMissing, ScreenshotMunicipalMissing), strict=True):
        if submission.filing.requires(kind) is None:
            continue
        found = absence(submission, kind)
        if found in (Absence.MISSING, Absence.UNSURE):
            yield finding(certain=found is Absence.MISSING)


def screenshots_show_submission(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """One page that shows the entry submitted is enough, whatever an earlier picture of it shows besides."""
    for kind in _SYSTEMS:
        pages = screenshots(submission.documents, kind)
        if submission.filing.requires(kind) is None or not pages:
            continue
        contrary = next((page for page in pages if page.status is Status.CONTRARY), None)
        if contrary is not None:
            yield _not_submitted(contrary, alone=all(page.status is not Status.DONE for page in pages))
        elif all(page.status is None for page in pages):
            yield ScreenshotNotSubmitted(
                at_most=Severity.NOTE,
                system=_system(kind),
                wording="",
                document=pages[0].file,
                page=pages[0].pages[0],
            )


def screenshots_are_ones_own(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """E39. A municipal page lists everybody of a section, so several may send the same."""
    for page in screenshots(submission.documents, DocumentKind.NATIONAL_SCREENSHOT):
        if number := on_file.others_files.get(page.file):
            yield ScreenshotRepeated(case_number=number, document=page.file, page=page.pages[0])
            return


def _not_submitted(page: Screenshot, *, alone: bool) -> Finding:
    """A defect where the word is read beyond doubt and no other picture shows the opposite."""
    word = page.status_word
    return ScreenshotNotSubmitted(
        certain=alone and word is not None and word.certain,
        document=page.file,
        page=word.page if word else page.pages[0],
        system=_system(page.kind),
        wording=word.value if word else "",
    )


def _system(kind: DocumentKind) -> str:
    return "national" if kind is DocumentKind.NATIONAL_SCREENSHOT else "municipal"


RULES: Final = (screenshots_are_there, screenshots_show_submission, screenshots_are_ones_own)
