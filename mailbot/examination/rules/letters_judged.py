"""Which 承诺保证书 of an application are judged, and how much may be said of what stands in them?"""

from collections.abc import Iterator
from typing import Final

from mailbot.examination.rules.wordings import papers
from mailbot.examination.submission import Submission
from mailbot.examination.verdict import Severity
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind

_LETTER: Final = DocumentKind.COMMITMENT_LETTER
#: Share of a form's text below which a letter is not surely that form's.
_SURELY: Final = 0.9


def judged_letters(submission: Submission) -> tuple[CommitmentLetter, ...]:
    """The letters that count: those on the form asked for, one for each engineer; else the likest one.

    附件3 may come for several engineers in one mail, each with a letter (I36).
    """
    if submission.filing.requires(_LETTER) is None:
        return ()
    letters = [paper for paper in papers(submission) if isinstance(paper, CommitmentLetter)]
    fitting = [letter for letter in letters if letter.form == submission.filing.letter_form]
    if not fitting:
        return (max(letters, key=_quality),) if letters else ()
    chosen: dict[str, CommitmentLetter] = {}
    for letter in sorted(fitting, key=_quality, reverse=True):
        number = letter.blanks.get("engineer_id")
        chosen.setdefault(number.value if number and number.certain else "", letter)
    if len(chosen) > 1:
        chosen.pop("", None)
    return tuple(sorted(chosen.values(), key=lambda letter: (letter.position, letter.pages)))


def letters_followed(submission: Submission) -> Iterator[CommitmentLetter]:
    """Letters whose particulars are worth telling: one on another annex's form must be written anew in any case."""
    wanted = submission.filing.letter_form
    for letter in judged_letters(submission):
        if letter.form is not None and (letter.form == wanted or wanted is None or not is_surely_another(letter)):
            yield letter


def ceiling(letter: CommitmentLetter, submission: Submission) -> Severity:
    """I03: what differs from a text that is only reconstructed may be left unsaid."""
    unsaid = letter.reconstructed and submission.matter.policy("forms_not_held") == "presence"
    return Severity.NOTE if unsaid else Severity.DEFECT


def is_surely_another(letter: CommitmentLetter) -> bool:
    return letter.form is not None and letter.form_certain and not letter.reconstructed and letter.found >= _SURELY


def is_firm(letter: CommitmentLetter) -> bool:
    """May what its text says be a defect (contract 3, rule 2)? What a half lacks may stand on the other half."""
    return letter.legible and letter.ends and not letter.reconstructed and letter.form_certain


def _quality(letter: CommitmentLetter) -> tuple[bool, bool, int]:
    return letter.form is not None, letter.legible, -letter.wanting
