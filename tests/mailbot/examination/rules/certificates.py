"""Certificates as they ought to be, but for what a test names, and what the rules say of them."""

from datetime import date

from mailbot.examination.rules import agreement_handler, insurance, insurance_bearer
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import ReadBy
from tests.builders_submission import FIRM, a_submission, codes, read, run

RULES = (*insurance.RULES, *insurance_bearer.RULES, *agreement_handler.RULES)
HANDLER, HANDLER_ID, OTHER_ID = "李四", "500103198808080007", "510223197602150004"
RECEIVED = date(2026, 6, 24)  # asks for March, April and May
RIGHT = Title(Variety.INDIVIDUAL, "重庆市社会保险参保证明(个人)", certain=True)


def a_letter(form="1-1", *, reconstructed=False, **blanks):
    values = {"handler": HANDLER, "handler_id": HANDLER_ID, "firm": FIRM} | blanks
    fields = {key: value if hasattr(value, "certain") else read(value) for key, value in values.items()}
    return CommitmentLetter(
        DocumentKind.COMMITMENT_LETTER,
        "承诺保证书.jpg",
        1,
        (1,),
        ReadBy.OCR,
        form=form,
        reconstructed=reconstructed,
        blanks=fields,
    )


def a_certificate(
    *paid,
    title=RIGHT,
    person=HANDLER,
    citizen_id=HANDLER_ID,
    employer=FIRM,
    others=(),
    certain=True,
    total=None,
    unpaid=(),
    printed_on="2026-06-20",
    **more,
):
    """Certain in every value, paid for the three months asked for, unless a test says otherwise."""
    employers = tuple(
        name if hasattr(name, "certain") else read(name) for name in (*([employer] if employer else []), *others)
    )
    values = {
        "person": person if person is None or hasattr(person, "certain") else read(person),
        "citizen_id": citizen_id if citizen_id is None or hasattr(citizen_id, "certain") else read(citizen_id),
        "employers": employers,
        "months": PaidMonths(paid or ("2026-03", "2026-04", "2026-05"), unpaid, total, certain),
        "printed_on": read(printed_on) if printed_on else None,
    } | more
    return SocialInsuranceCertificate(
        DocumentKind.SOCIAL_INSURANCE_CERTIFICATE, "社保证明.pdf", 2, (1,), ReadBy.TEXT, title=title, **values
    )


def examine(*documents, received=RECEIVED, known=None, **more):
    submission = a_submission(
        *documents, matter="firm_information", by="firm", received=received, engineer=None, **more
    )
    return run(RULES, submission, known)


def told(*documents, **more):
    return codes(examine(*documents, **more))
