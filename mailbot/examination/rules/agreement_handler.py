"""Do letter and certificate of insurance give the 承办人 one number (A15, A25)?

Whose certificate it is the name decides first (`insurance_bearer`): a namesake's, or a slip in a paper, is told here.
"""

from collections.abc import Iterator
from typing import Final

from mailbot.examination.rules.agreement import are_possible, both
from mailbot.examination.rules.agreement_engineer import CitizenIdDisagrees
from mailbot.examination.rules.certificates_judged import judgeable, letter_of
from mailbot.examination.rules.wordings import Voice, wording
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding
from parsers.documents.document import Field
from parsers.identifiers import differing_positions
from parsers.names import Likeness, compare_persons


def handlers_number_agrees(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Two possible numbers under one name; a number with a wrong check digit has a finding of its own."""
    certificate, letter = judgeable(submission), letter_of(submission)
    if certificate is None or letter is None:
        return
    ours, theirs = letter.fields.get("handler_id"), certificate.citizen_id
    if ours is None or theirs is None or ours.value == theirs.value:
        return
    if not _same_name(letter.fields.get("handler"), certificate.person) or not are_possible(ours.value, theirs.value):
        return
    yield CitizenIdDisagrees(
        **both(Voice((wording(ours, letter),)), Voice((wording(theirs, certificate),))),
        certain=ours.certain and theirs.certain and not letter.reconstructed,
        positions=differing_positions(ours.value, theirs.value),
        holder="handler",
    )


RULES: Final = (handlers_number_agrees,)


def _same_name(one: Field | None, other: Field | None) -> bool:
    return one is not None and other is not None and compare_persons(one.value, other.value) is Likeness.EQUAL
