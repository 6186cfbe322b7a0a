"""Are the papers there that a pack asks for in every case and no other topic looks after?

The shipped matters ask for none of them always; an office's own may want an explanation or a consent from everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding
from parsers.documents.document import DocumentKind

_LOOKED_AFTER: Final = frozenset(
    {
        DocumentKind.COMMITMENT_LETTER,
        DocumentKind.SOCIAL_INSURANCE_CERTIFICATE,
        DocumentKind.NATIONAL_SCREENSHOT,
        DocumentKind.MUNICIPAL_SCREENSHOT,
        DocumentKind.IDENTITY_CARD,
        DocumentKind.CARD_IN_HAND_PHOTO,
    }
)


@dataclass(frozen=True, kw_only=True)
class PaperMissing(Finding):
    code = "document_missing"
    kind: DocumentKind


def papers_of_the_pack_are_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for paper in submission.filing.required_now:
        if paper.kind in _LOOKED_AFTER:
            continue
        found = absence(submission, paper.kind)
        if found in (Absence.MISSING, Absence.UNSURE):
            yield PaperMissing(kind=paper.kind, certain=found is Absence.MISSING, clause=paper.clause)


RULES: Final = (papers_of_the_pack_are_there,)
