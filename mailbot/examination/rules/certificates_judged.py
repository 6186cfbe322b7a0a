"""Which certificate of insurance of an application is judged?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mailbot.examination.submission import Submission
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind, Field
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Variety

_KIND: Final = DocumentKind.SOCIAL_INSURANCE_CERTIFICATE
#: Papers that a reviewer may accept although they are not the one named.
PERHAPS: Final = frozenset({Variety.NATIONAL_PLATFORM, Variety.UNKNOWN})


def judgeable(submission: Submission) -> SocialInsuranceCertificate | None:
    """The certificate, unless it is certainly another paper: that is asked for anew, and nothing else is told of it."""
    certificate = certificate_of(submission)
    if certificate is None or (certificate.variety not in {Variety.INDIVIDUAL} | PERHAPS and certificate.title.certain):
        return None
    return certificate


def certificate_of(submission: Submission) -> SocialInsuranceCertificate | None:
    """The one to judge: of the named kind before others, the handler's before other people's, sheets put together."""
    if submission.filing.requires(_KIND) is None:
        return None
    found = [paper for paper in submission.documents if isinstance(paper, SocialInsuranceCertificate)]
    first_sheets = [paper for paper in found if not paper.continues]
    if not first_sheets:
        return found[0] if found else None
    letter = letter_of(submission)
    chosen = min(
        first_sheets, key=lambda paper: (paper.variety is not Variety.INDIVIDUAL, not _is_handlers(paper, letter))
    )
    more = [paper for paper in found if paper.continues or (paper is not chosen and _is_same_person(paper, chosen))]
    return replace(chosen, months=_together([chosen.months, *(paper.months for paper in more)])) if more else chosen


def letter_of(submission: Submission) -> CommitmentLetter | None:
    return next((paper for paper in submission.documents if isinstance(paper, CommitmentLetter)), None)


def same(one: Field | None, other: Field | None) -> bool:
    return one is not None and other is not None and one.value == other.value


def _together(parts: Sequence[PaidMonths]) -> PaidMonths:
    paid = {month for part in parts for month in part.paid}
    unpaid = {month for part in parts for month in part.unpaid} - paid
    totals = [part.total for part in parts if part.total is not None]
    return PaidMonths(
        tuple(sorted(paid)),
        tuple(sorted(unpaid)),
        max(totals, default=None),
        all(part.certain for part in parts),
        tuple(sorted({month for part in parts for month in part.unsure} - paid)),
        all(part.others for part in parts),
    )


def _is_handlers(certificate: SocialInsuranceCertificate, letter: CommitmentLetter | None) -> bool:
    if letter is None:
        return False
    handler, number = letter.fields.get("handler"), letter.fields.get("handler_id")
    return same(certificate.citizen_id, number) or same(certificate.person, handler)


def _is_same_person(one: SocialInsuranceCertificate, other: SocialInsuranceCertificate) -> bool:
    return one.variety is other.variety and same(one.citizen_id, other.citizen_id)
