"""Papers that agree, but for what a test names, and what the rules of agreement say of them."""

from mailbot.examination.rules import agreement_action, agreement_engineer, agreement_firm
from tests.builders_submission import (
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_submission,
    codes,
    read,
    run,
)

RULES = (*agreement_firm.RULES, *agreement_engineer.RULES, *agreement_action.RULES)
OTHER_FIRM = "重庆嘉陵路桥监理有限公司"


def weak(value):
    return read(value, certain=False, confidence=0.8)


def unproven(value):
    """Read clearly, but nothing says it twice."""
    return read(value, certain=False, confidence=0.99)


def papers(letter=None, national=None, municipal=None, card=None):
    return (letter or a_letter(), national or a_national_page(), municipal or a_municipal_page(), card or a_card())


def judged(*documents, known=None, **submission):
    return codes(run(RULES, a_submission(*(documents or papers()), **submission), known))
