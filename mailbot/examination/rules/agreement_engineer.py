"""Do subject, letter, card and screenshots name the same engineer, by name and by number?

附件4 1.2 and 3.5; folding of domain.md 4.1–4.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from mailbot.examination.rules.agreement import (
    Disagreement,
    NumberDisagreement,
    are_possible,
    both,
    in_subject,
    same,
)
from mailbot.examination.rules.wordings import (
    Voice,
    misread,
    odd_voices,
    papers,
    surely_different,
    voices,
    wording,
    wordings,
)
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import screenshots
from parsers.identifiers import differing_positions
from parsers.names import Likeness, compare_persons, fold_person

_LETTER: Final = DocumentKind.COMMITMENT_LETTER.value


@dataclass(frozen=True, kw_only=True)
class EngineerDisagrees(Disagreement):
    code = "engineer_disagrees"


@dataclass(frozen=True, kw_only=True)
class CitizenIdDisagrees(NumberDisagreement):
    code = "citizen_id_disagrees"
    holder: str = "engineer"  #: whose: or "handler"


def engineers_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The number is the key, the name the control (domain.md 4.2): where the numbers prove one person, a weakly read
    letter of a name is no difference, and a name that nothing vouches for is no defect."""
    if not _is_about_engineer(submission):
        return
    said = [*in_subject(submission.subject.engineer), *wordings(submission, "engineer")]
    proven = _numbers_prove_one_person(submission)
    for left, right, likeness in odd_voices(said, compare_persons):
        if proven and not right.certain and not right.clear and misread(left.value, right.value):
            continue
        sure = surely_different(left, right, likeness) and (right.certain or not proven)
        yield EngineerDisagrees(**both(left, right), certain=sure)
    yield from _engineer_is_listed(submission, voices(said, compare_persons))


def _engineer_is_listed(submission: Submission, said: tuple[Voice, ...]) -> Iterator[Finding]:
    """D03: the engineer stands among the 履约人员. A list may be cut or scrolled, so never more than a doubt."""
    pages = [page for page in screenshots(papers(submission), DocumentKind.MUNICIPAL_SCREENSHOT) if page.personnel]
    rows = [(row.person, page) for page in pages for row in page.personnel]
    if not said or not rows or any(page.tenures_of(voice.value) for page in pages for voice in said):
        return
    near = [one for one in rows if misread(one[0].value, fold_person(said[0].value))]
    person, page = (near or rows)[0]
    right = Voice((replace(wording(person, page), value=person.value if near else ""),))
    yield EngineerDisagrees(**both(said[0], right), certain=False)


def citizen_ids_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Letter against card and page. A number with a wrong check digit has a finding of its own, on the letter."""
    if not _is_about_engineer(submission):
        return
    said = [one for one in wordings(submission, "engineer_id") if are_possible(one.value) or one.place != _LETTER]
    for left, right, likeness in odd_voices(said, same):
        sound = are_possible(left.value, right.value) and all(not one.reconstructed for one in (left.best, right.best))
        yield CitizenIdDisagrees(
            **both(left, right),
            certain=sound and likeness is Likeness.DIFFERENT,
            positions=differing_positions(left.value, right.value),
        )


RULES: Final = (
    engineers_agree,
    citizen_ids_agree,
)


def _is_about_engineer(submission: Submission) -> bool:
    """Elsewhere a card may be the handler's."""
    return "engineer" in submission.filing.subject.blanks


def _numbers_prove_one_person(submission: Submission) -> bool:
    numbers = [one for one in wordings(submission, "engineer_id") if are_possible(one.value)]
    return len({one.place for one in numbers}) > 1 and len({one.value for one in numbers}) == 1
