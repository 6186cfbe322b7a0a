"""Is the 承诺保证书 there, on the right form, unaltered, filled in and dated?

31号文 1.4 a of each annex and the forms' 注 (A14, A24–A29, C11, D14, D35–D39). What a working form (I03) says is never
more than a doubt, but for a paper that is missing, a seal that is missing and a letter that nobody signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.office_time import office_day
from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.rules.letters_judged import (
    ceiling,
    is_firm,
    is_surely_another,
    judged_letters,
    letters_followed,
)
from mailbot.examination.rules.wordings import stands
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.commitment_letter import Choice
from parsers.documents.document import DocumentKind, Presence

_LETTER: Final = DocumentKind.COMMITMENT_LETTER


@dataclass(frozen=True, kw_only=True)
class LetterMissing(Finding):
    code = "letter_missing"
    form: str | None  #: number of the form asked for


@dataclass(frozen=True, kw_only=True)
class LetterWrongForm(Finding):
    code = "letter_wrong_form"
    form: str  #: asked for
    found: str | None  #: as the letter has it; None: of no known form


@dataclass(frozen=True)
class Change:
    """One place, as printed and as the letter has it."""

    kind: str  #: added, deleted, changed
    printed: str
    read: str


@dataclass(frozen=True, kw_only=True)
class LetterAltered(Finding):
    code = "letter_altered"
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class LetterBlankUnfilled(Finding):
    code = "letter_blank_unfilled"
    blanks: tuple[str, ...]  #: by the form's names for them
    both: bool = False  #: 新增 and 更新 both left standing


@dataclass(frozen=True, kw_only=True)
class LetterOptionUnticked(Finding):
    code = "letter_option_unticked"


@dataclass(frozen=True, kw_only=True)
class LetterUndated(Finding):
    code = "letter_undated"


@dataclass(frozen=True, kw_only=True)
class LetterDatedAfterReceipt(Finding):
    code = "letter_dated_after_receipt"
    default = Severity.DOUBT
    day: date


def letter_is_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A14, C11, D14: contract 3, rule 1 decides whether it is missing or may stand where nobody could read."""
    if submission.filing.requires(_LETTER) is None:
        return
    missing = absence(submission, _LETTER)
    if missing in (Absence.MISSING, Absence.UNSURE):
        yield LetterMissing(form=submission.filing.letter_form, certain=missing is Absence.MISSING)


def letter_follows_its_form(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """I04: by the action. Against a working text, or a letter of no known form, a person compares."""
    wanted = submission.filing.letter_form
    for letter in judged_letters(submission):
        if wanted is not None and letter.form != wanted:
            yield LetterWrongForm(
                form=wanted,
                found=letter.form,
                certain=is_surely_another(letter),
                **stands(letter, letter.pages[0]),
            )


def fixed_wording_stands(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """其他内容不得修改和调整. What may be a misreading is told only where no sure change asks for a new letter."""
    for letter in letters_followed(submission):
        sure = [one for one in letter.alterations if one.certain and is_firm(letter)]
        told = sure or letter.alterations
        if told:
            changes = tuple(Change(one.kind.value, one.printed, one.read) for one in told)
            yield LetterAltered(
                changes=changes,
                certain=bool(sure),
                at_most=ceiling(letter, submission),
                **stands(letter, told[0].page),
            )


def blanks_are_filled(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """D35. Blanks behind an option that is not ticked may be empty: the reader leaves them out already."""
    for letter in letters_followed(submission):
        sure = tuple(one.name for one in letter.unfilled if one.certain and is_firm(letter))
        unsure = tuple(one.name for one in letter.unfilled if one.name not in sure)
        for blanks, certain in ((sure, True), (unsure, False)):
            if blanks:
                yield LetterBlankUnfilled(
                    blanks=blanks,
                    certain=certain,
                    at_most=ceiling(letter, submission),
                    **stands(letter, letter.pages[0]),
                )
        if letter.action is Choice.BOTH:
            yield LetterBlankUnfilled(blanks=("action",), both=True, certain=False, **stands(letter, letter.pages[0]))


def an_option_is_ticked(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A27: at least one □."""
    for letter in letters_followed(submission):
        seen = {option.presence for option in letter.options}
        if seen and Presence.PRESENT not in seen:
            certain = seen == {Presence.ABSENT} and is_firm(letter)
            yield LetterOptionUnticked(certain=certain, **stands(letter, letter.pages[0]))


def letter_is_dated(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for letter in letters_followed(submission):
        if letter.dated is not Presence.PRESENT:
            certain = letter.dated is Presence.ABSENT and is_firm(letter)
            yield LetterUndated(certain=certain, **stands(letter, letter.pages[-1]))
        elif letter.day is not None and letter.day > office_day(submission.received):
            page = letter.date_field.page if letter.date_field else letter.pages[-1]
            yield LetterDatedAfterReceipt(day=letter.day, **stands(letter, page))


RULES: Final = (
    letter_is_there,
    letter_follows_its_form,
    fixed_wording_stands,
    blanks_are_filled,
    an_option_is_ticked,
    letter_is_dated,
)
