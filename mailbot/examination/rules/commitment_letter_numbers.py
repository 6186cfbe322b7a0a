"""Can the numbers on the 承诺保证书 be what they claim: ID numbers, credit code, mobile number?

A24, D27, D35; numbers of a kind that only a person can check (E37) are left to him.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from ledger.office_time import office_day
from mailbot.examination.rules.identity import IdentifierInvalid
from mailbot.examination.rules.letters_judged import judged_letters
from mailbot.examination.rules.wordings import stands
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind, Field
from parsers.files.page import ReadBy
from parsers.identifiers import Check, PhoneKind, check_citizen_id, check_credit_identifier, phone_kind

_LETTER: Final = DocumentKind.COMMITMENT_LETTER
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
class PhoneNotMobile(Finding):
    code = "phone_not_mobile"
    default = Severity.DOUBT
    blank: str
    value: str  #: templates mask it


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
                **stands(letter, number.page),
            )


def phone_is_mobile(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """联系方式 takes the video call of 附件4 3.3 (D27)."""
    for letter in judged_letters(submission):
        for name in ("phone", "engineer_phone"):
            phone = letter.blanks.get(name)
            if phone is not None and _is_no_mobile(phone):
                yield PhoneNotMobile(blank=name, value=phone.value, **stands(letter, phone.page))


RULES: Final = (
    numbers_check,
    phone_is_mobile,
)


def _refusal(name: str, number: Field, submission: Submission) -> str:
    """Why the number cannot be one; "" where it can, or is of a kind that only a person can check (E37)."""
    if name == "credit_identifier":
        checked = check_credit_identifier(number.value)
    else:
        checked = check_citizen_id(number.value, on=office_day(submission.received))
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
