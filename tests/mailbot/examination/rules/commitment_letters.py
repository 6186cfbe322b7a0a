"""Commitment letters as they ought to be, but for what a test names, and what the rules say of them."""

from dataclasses import replace
from datetime import date

from mailbot.examination.rules import commitment_letter as rules
from mailbot.examination.rules import commitment_letter_numbers as numbers
from mailbot.examination.rules import commitment_letter_signing as signing
from parsers.documents.commitment_letter import Choice, CommitmentLetter, Signature
from parsers.documents.commitment_letter_alterations import Alteration, AlterationKind
from parsers.documents.document import Mark, Presence
from tests.builders_submission import a_letter as a_filled_letter
from tests.builders_submission import a_submission, codes, run

RULES = (*rules.RULES, *signing.RULES, *numbers.RULES)
PRESENT, ABSENT, UNCLEAR = Presence.PRESENT, Presence.ABSENT, Presence.UNCLEAR
LABELS = {"legal_representative": "法定代表人", "engineer": "业绩登记申请人", "handler": "承办人"}
CHANGED = Alteration(AlterationKind.CHANGED, "材料均真实有效", "材料大部分真实有效", "材料均真实有效", 1, None, True)


def a_letter(
    form="4-1-1", *, signed=(PRESENT, PRESENT), seal=PRESENT, why="", prints=("", ""), **more
) -> CommitmentLetter:
    """As it ought to be, but for what the test names."""
    blanks = more.pop("blanks", {})
    roles = ("legal_representative", "engineer" if form in ("4-1-1", "4-1-2") else "handler")
    facts = {
        "form_certain": True,
        "found": 1.0,
        "action": Choice.ADD if form == "4-1-1" else Choice.NOT_ASKED,
        "dated": PRESENT,
        "day": date(2026, 3, 9),
        "seal": Mark(seal, 1, why=why),
        "signatures": tuple(
            Signature(role, LABELS[role], Mark(presence, 1, why=why, fingerprint=print_))
            for role, presence, print_ in zip(roles, signed, prints, strict=True)
        ),
    }
    return replace(a_filled_letter(form, **blanks), **(facts | more))


def found(*documents, known=None, **more):
    return run(RULES, a_submission(*documents, **more), known)


def told(*documents, **more):
    return codes(found(*documents, **more))
