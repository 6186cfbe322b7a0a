"""Is the 承诺保证书 there, on the right form, unaltered, filled in, dated, signed and sealed?

31号文 1.4 a of each annex and the forms' 注 (A14, A24–A29, C11, D14, D35–D39). What a working form (I03) says is never
more than a doubt, but for a paper that is missing, a seal that is missing and a letter that nobody signed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from rapidfuzz.distance import Levenshtein

from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.rules.identity import IdentifierInvalid
from mailbot.examination.rules.wordings import papers
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from mailbot.examination.workdays import day_of_receipt
from parsers.documents.commitment_letter import Choice, CommitmentLetter
from parsers.documents.document import DocumentKind, Field, Presence
from parsers.documents.marks_signature import distance
from parsers.files.page import ReadBy
from parsers.identifiers import Check, PhoneKind, check_citizen_id, check_credit_identifier, phone_kind

_LETTER: Final = DocumentKind.COMMITMENT_LETTER
#: Share of a form's text below which a letter is not surely that form's.
_SURELY: Final = 0.9
#: Bits of 63 in which two pictures of one signature may differ after another scan.
_SAME_PICTURE: Final = 4
#: Engine's confidence from which a number is print and was meant as it is read.
_PRINTED: Final = 0.95
_SLIPS: Final = 3  #: signs of a number that a hand's may be misread in
_HOLDERS: Final = {
    "legal_representative_id": "legal_representative",
    "handler_id": "handler",
    "engineer_id": "engineer",
    "credit_identifier": "firm",
}


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
class LetterSignatureMissing(Finding):
    code = "letter_signature_missing"
    labels: tuple[str, ...]  #: whose, as the form prints it


@dataclass(frozen=True, kw_only=True)
class LetterSealMissing(Finding):
    code = "letter_seal_missing"


@dataclass(frozen=True, kw_only=True)
class LetterSignatureUnclear(Finding):
    code = "letter_signature_unclear"
    default = Severity.DOUBT
    label: str
    why: str  #: stable word: typed, stamp, traces, greyscale, no_picture, no_place


@dataclass(frozen=True, kw_only=True)
class LetterSealUnclear(Finding):
    code = "letter_seal_unclear"
    default = Severity.DOUBT
    why: str  #: stable word: greyscale, no_colour, faint, half_cut, square, red_mark, no_picture, no_place


@dataclass(frozen=True, kw_only=True)
class LetterSignatureRepeated(Finding):
    """E39: the very same picture in another case. A hand never writes twice alike."""

    code = "letter_signature_repeated"
    default = Severity.DOUBT
    label: str
    case_number: str


@dataclass(frozen=True, kw_only=True)
class PhoneNotMobile(Finding):
    code = "phone_not_mobile"
    default = Severity.DOUBT
    blank: str
    value: str  #: templates mask it


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
                certain=_is_surely_another(letter),
                document=letter.file,
                page=letter.pages[0],
            )


def fixed_wording_stands(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """其他内容不得修改和调整. What may be a misreading is told only where no sure change asks for a new letter."""
    for letter in _followed(submission):
        sure = [one for one in letter.alterations if one.certain and _is_firm(letter)]
        told = sure or letter.alterations
        if told:
            changes = tuple(Change(one.kind.value, one.printed, one.read) for one in told)
            yield LetterAltered(
                changes=changes,
                certain=bool(sure),
                at_most=_ceiling(letter, submission),
                document=letter.file,
                page=told[0].page,
            )


def blanks_are_filled(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """D35. Blanks behind an option that is not ticked may be empty: the reader leaves them out already."""
    for letter in _followed(submission):
        sure = tuple(one.name for one in letter.unfilled if one.certain and _is_firm(letter))
        unsure = tuple(one.name for one in letter.unfilled if one.name not in sure)
        for blanks, certain in ((sure, True), (unsure, False)):
            if blanks:
                yield LetterBlankUnfilled(
                    blanks=blanks,
                    certain=certain,
                    at_most=_ceiling(letter, submission),
                    document=letter.file,
                    page=letter.pages[0],
                )
        if letter.action is Choice.BOTH:
            yield LetterBlankUnfilled(
                blanks=("action",), both=True, certain=False, document=letter.file, page=letter.pages[0]
            )


def an_option_is_ticked(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A27: at least one □."""
    for letter in _followed(submission):
        seen = {option.presence for option in letter.options}
        if seen and Presence.PRESENT not in seen:
            certain = seen == {Presence.ABSENT} and _is_firm(letter)
            yield LetterOptionUnticked(certain=certain, document=letter.file, page=letter.pages[0])


def letter_is_dated(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for letter in _followed(submission):
        if letter.dated is not Presence.PRESENT:
            certain = letter.dated is Presence.ABSENT and _is_firm(letter)
            yield LetterUndated(certain=certain, document=letter.file, page=letter.pages[-1])
        elif letter.day is not None and letter.day > day_of_receipt(submission.received):
            page = letter.date_field.page if letter.date_field else letter.pages[-1]
            yield LetterDatedAfterReceipt(day=letter.day, document=letter.file, page=page)


def letter_is_signed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A29, D38: by the hands of those whom the form names."""
    for letter in _followed(submission):
        missing = [one for one in letter.signatures if one.mark.presence is Presence.ABSENT]
        if missing:
            nobody = len(missing) == len(letter.signatures)
            yield LetterSignatureMissing(
                labels=tuple(one.label for one in missing),
                certain=nobody or not letter.reconstructed,
                document=letter.file,
                page=missing[0].mark.page,
            )
        for one in letter.signatures:
            if one.mark.presence is Presence.UNCLEAR:
                yield LetterSignatureUnclear(
                    label=one.label, why=one.mark.why, document=letter.file, page=one.mark.page
                )


def letter_is_sealed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A14: 企业法人章. Its absence shows on paper, whatever form it is (contract 3, rule 2)."""
    for letter in _followed(submission):
        if letter.seal is None or letter.seal.presence is Presence.PRESENT:
            continue
        if letter.seal.presence is Presence.ABSENT:
            yield LetterSealMissing(document=letter.file, page=letter.seal.page)
        else:
            yield LetterSealUnclear(why=letter.seal.why, document=letter.file, page=letter.seal.page)


def signature_is_new(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """E39. Cases of this very mail are not among those on file."""
    for letter in judged_letters(submission):
        for one in letter.signatures:
            near = (
                (apart, case)
                for known, case in on_file.known_signatures.items()
                if (apart := distance(one.mark.fingerprint, known)) is not None and apart <= _SAME_PICTURE
            )
            found = min(near, default=None)
            if found:
                yield LetterSignatureRepeated(
                    label=one.label, case_number=found[1], document=letter.file, page=one.mark.page
                )


def numbers_check(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A24, D35. A number from pixels refutes itself only when it is read so in another place as well."""
    for letter in judged_letters(submission):
        readings = Counter(field.value for paper in submission.documents for field in paper.fields.values())
        for name, holder in _HOLDERS.items():
            number = letter.blanks.get(name)
            why = _refusal(name, number, submission) if number else ""
            if not number or not why:
                continue
            twice = number.certain or readings[number.value] > 1
            if not twice and number.confidence < _PRINTED and _is_read_rightly_elsewhere(number, submission, on_file):
                continue  # a hand, misread: the other papers, or the directory, show the number
            yield IdentifierInvalid(
                paper=_LETTER,
                holder=holder,
                number="credit_identifier" if name == "credit_identifier" else "citizen_id",
                value=number.value,
                why=why,
                certain=twice and not letter.reconstructed,
                document=letter.file,
                page=number.page,
            )


def phone_is_mobile(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """联系方式 takes the video call of 附件4 3.3 (D27)."""
    for letter in judged_letters(submission):
        for name in ("phone", "engineer_phone"):
            phone = letter.blanks.get(name)
            if phone is not None and _is_no_mobile(phone):
                yield PhoneNotMobile(blank=name, value=phone.value, document=letter.file, page=phone.page)


RULES: Final = (
    letter_is_there,
    letter_follows_its_form,
    fixed_wording_stands,
    blanks_are_filled,
    an_option_is_ticked,
    letter_is_dated,
    letter_is_signed,
    letter_is_sealed,
    signature_is_new,
    numbers_check,
    phone_is_mobile,
)


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


def _followed(submission: Submission) -> Iterator[CommitmentLetter]:
    """Letters whose particulars are worth telling: one on another annex's form must be written anew in any case."""
    wanted = submission.filing.letter_form
    for letter in judged_letters(submission):
        if letter.form is not None and (letter.form == wanted or wanted is None or not _is_surely_another(letter)):
            yield letter


def _ceiling(letter: CommitmentLetter, submission: Submission) -> Severity:
    """I03: what differs from a text that is only reconstructed may be left unsaid."""
    unsaid = letter.reconstructed and submission.matter.policy("forms_not_held") == "presence"
    return Severity.NOTE if unsaid else Severity.DEFECT


def _is_surely_another(letter: CommitmentLetter) -> bool:
    return letter.form is not None and letter.form_certain and not letter.reconstructed and letter.found >= _SURELY


def _is_firm(letter: CommitmentLetter) -> bool:
    """May what its text says be a defect (contract 3, rule 2)?"""
    return letter.legible and not letter.reconstructed and letter.form_certain


def _quality(letter: CommitmentLetter) -> tuple[bool, bool, int]:
    marks = [one.mark for one in letter.signatures] + ([letter.seal] if letter.seal else [])
    wanting = sum(mark.presence is not Presence.PRESENT for mark in marks)
    return letter.form is not None, letter.legible, -(wanting + len(letter.unfilled) + len(letter.alterations))


def _refusal(name: str, number: Field, submission: Submission) -> str:
    """Why the number cannot be one; "" where it can, or is of a kind that only a person can check (E37)."""
    if name == "credit_identifier":
        checked = check_credit_identifier(number.value)
    else:
        checked = check_citizen_id(number.value, on=day_of_receipt(submission.received))
    return "" if checked.result in {Check.VALID, Check.OTHER_KIND} else checked.why


def _is_read_rightly_elsewhere(number: Field, submission: Submission, on_file: OnFile) -> bool:
    others = [field.value for paper in submission.documents for field in paper.fields.values() if field.certain]
    if on_file.firm is not None:
        others.append(on_file.firm.credit_identifier)
    return any(len(other) == 18 and 1 <= Levenshtein.distance(number.value, other) <= _SLIPS for other in others)


def _is_no_mobile(phone: Field) -> bool:
    kind = phone_kind(phone.value)
    if kind is PhoneKind.MOBILE:
        return False
    digits = sum(sign.isdigit() for sign in phone.value)
    # Eleven signs that begin with 1 were meant as a mobile number: one was misread.
    misread = (
        phone.read_by is ReadBy.OCR and phone.value.startswith("1") and 10 <= len(phone.value) <= 12 and digits >= 8
    )
    return not misread
