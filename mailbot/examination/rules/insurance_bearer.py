"""Is the insured person the letter's 承办人, and the applying firm's own employee?

附件1 and 附件3 1.4 b, 附件4 1.4.2 c (A15, A25, D21).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.rules.certificates_judged import judgeable, letter_of, same
from mailbot.examination.rules.insurance import InsuranceUnclear
from mailbot.examination.rules.wordings import CLEAR, far_apart
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding
from parsers.documents.document import Field
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.names import FirmLikeness, Likeness, compare_firms, compare_persons

#: Digits in which two numbers of eighteen differ that are not one number misread.
_DIGITS_APART: Final = 5


@dataclass(frozen=True, kw_only=True)
class InsuranceWrongPerson(Finding):
    code = "insurance_wrong_person"
    shown: str  #: whose certificate it is
    handler: str  #: the letter's 承办人


@dataclass(frozen=True, kw_only=True)
class InsuranceWrongEmployer(Finding):
    code = "insurance_wrong_employer"
    shown: str
    firm: str


def certificate_is_the_handlers(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A15, A25. The number is the key, the name its control: one that agrees is proof of the person.

    An equal name with another number is told as citizen_id_disagrees (`agreement_handler`).
    """
    certificate = judgeable(submission)
    if certificate is None:
        return
    if certificate.person is None and certificate.citizen_id is None:
        yield InsuranceUnclear(lacking=("person",), document=certificate.file, page=certificate.pages[0])
        return
    letter = letter_of(submission)
    if letter is None:
        return
    handler, number = letter.fields.get("handler"), letter.fields.get("handler_id")
    if handler is None and number is None:
        return
    certain = _another_person(certificate, handler, number)
    if certain is None:
        return
    yield InsuranceWrongPerson(
        shown=certificate.person.value if certificate.person else "",
        handler=handler.value if handler else "",
        certain=certain and not letter.reconstructed,
        document=certificate.file,
        page=certificate.pages[0],
    )


def employer_is_the_firm(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A25. An employer before the present one is no defect; a firm that letter and certificate share is the mail's."""
    certificate = judgeable(submission)
    firm = on_file.firm.name if on_file.firm else submission.subject.firm
    if certificate is None or firm is None:
        return
    if not certificate.employers:
        yield InsuranceUnclear(lacking=("employer",), document=certificate.file, page=certificate.pages[0])
        return
    letter = letter_of(submission)
    own = letter.fields.get("firm") if letter else None
    names = {firm, *([submission.subject.firm] if submission.subject.firm else []), *([own.value] if own else [])}
    names |= set(on_file.firm.former_names) if on_file.firm else set()
    present = certificate.present_employer or certificate.employers[0]
    if _is_one_of(present, names):
        return
    if certificate.present_employer is None and any(_is_one_of(other, names) for other in certificate.employers):
        return
    like = {compare_firms(present.value, name) for name in names}
    earlier = any(_is_one_of(other, names) for other in certificate.employers)
    yield InsuranceWrongEmployer(
        shown=present.value,
        firm=firm,
        certain=_surely_another(present, names) and like == {FirmLikeness.DIFFERENT} and not earlier,
        document=certificate.file,
        page=present.page,
    )


RULES: Final = (
    certificate_is_the_handlers,
    employer_is_the_firm,
)


def _another_person(
    certificate: SocialInsuranceCertificate, handler: Field | None, number: Field | None
) -> bool | None:
    """None: the handler, or nothing to compare. Else whether it is certain that it is somebody else."""
    if same(certificate.citizen_id, number):
        return None
    names = compare_persons(certificate.person.value, handler.value) if certificate.person and handler else None
    if names is Likeness.EQUAL:
        return None
    numbers_differ = certificate.citizen_id is not None and number is not None
    numbers_certain = bool(certificate.citizen_id and number and certificate.citizen_id.certain and number.certain)
    if names is Likeness.DIFFERENT:
        names_certain = bool(certificate.person and handler and certificate.person.certain and handler.certain)
        numbers_certain = numbers_certain or _far_apart(certificate.citizen_id, number)
        return (numbers_differ and numbers_certain) or (names_certain and not numbers_differ)
    return False if numbers_differ or names is Likeness.UNSURE else None


def _far_apart(one: Field | None, other: Field | None) -> bool:
    """Two numbers with more digits apart than an engine misreads in one: one weak check digit makes no doubt."""
    if one is None or other is None or len(one.value) != len(other.value):
        return False
    vouched = one.certain or other.certain
    return vouched and sum(a != b for a, b in zip(one.value, other.value, strict=True)) >= _DIGITS_APART


def _surely_another(employer: Field, names: set[str]) -> bool:
    """Read for certain, or clearly and further from every name of the firm than any misreading goes."""
    clear = employer.confidence >= CLEAR and all(far_apart(employer.value, name) for name in names)
    return employer.certain or clear


def _is_one_of(employer: Field, names: set[str]) -> bool:
    return any(compare_firms(employer.value, name) is FirmLikeness.EQUAL for name in names)
