"""Every code that applicants and office scripts rely on has a rule's finding, a sentence and its clause."""

from dataclasses import MISSING, fields

import pytest

from mailbot.examination.examine import judge
from mailbot.examination.rules import KNOWN_CODES, RULES
from mailbot.examination.verdict import Finding
from mailbot.letters.rendering import Words

CONTRACT = set(
    """
    subject_malformed subject_deviates mailbox_wrong
    author_not_registered author_unauthenticated author_ambiguous firm_unknown firm_not_copied
    attachments_missing attachment_linked attachment_format attachment_unreadable
    letter_missing letter_wrong_form letter_altered letter_blank_unfilled letter_option_unticked letter_undated
    letter_signature_missing letter_seal_missing letter_signature_unclear letter_seal_unclear letter_signature_repeated
    insurance_missing insurance_wrong_kind insurance_too_short insurance_outdated
    insurance_wrong_person insurance_wrong_employer
    screenshot_national_missing screenshot_municipal_missing screenshot_not_submitted
    id_card_missing card_in_hand_photo_missing identifier_invalid
    firm_disagrees engineer_disagrees citizen_id_disagrees credit_identifier_disagrees
    project_disagrees section_disagrees post_disagrees dates_disagree
    legal_representative_disagrees phone_not_mobile letter_dated_after_receipt
    late_unexplained close_premature late_closed engagement_overlaps engagement_closed engagement_unknown
    document_illegible duplicate
    """.split()  # noqa: SIM905 - a table of words reads better than sixty quoted strings
)


def test_every_code_of_the_contract_is_found_by_some_rule():
    assert CONTRACT <= KNOWN_CODES


def test_every_code_has_its_sentence():
    assert Words().codes >= KNOWN_CODES


def test_no_rule_runs_twice():
    assert len(set(RULES)) == len(RULES)


#: Code → the clause that each annex's letters must cite; "" where none is cited.
CLAUSES = {
    "subject_malformed": {"附件1": "附件1 1.4", "附件3": "附件3 1.4", "附件4": "附件4 1.4.1"},
    "mailbox_wrong": {"附件1": "附件1 1.4", "附件3": "附件3 1.4", "附件4": "附件4 1.4.1"},
    "author_not_registered": {"附件1": "附件1 1.4, 2.2", "附件4 firm": "附件4 1.4.2, 3.2"},
    "firm_not_copied": {"附件4": "附件4 1.4.1, 3.2"},
    "attachment_format": {"附件1": "附件1 1.4", "附件3": "附件3 1.4", "附件4": "附件4 1.4.1"},
    "letter_missing": {"附件1": "附件1 1.4 a", "附件3": "附件3 1.4 a", "附件4": "附件4 1.4.1 a"},
    "letter_altered": {"附件1": "附件1 1.4 a, 附件1-1 注", "附件4": "附件4 1.4.1 a, 附件4-1-1 注"},
    "letter_seal_missing": {"附件4 firm": "附件4 1.4.2 a, 附件4-1-3 注"},
    "insurance_missing": {"附件1": "附件1 1.4 b", "附件3": "附件3 1.4 b", "附件4 firm": "附件4 1.4.2 c"},
    "screenshot_national_missing": {"附件4": "附件4 1.4.1 b"},
    "screenshot_municipal_missing": {"附件4": "附件4 1.4.1 b", "附件4 firm": "附件4 1.4.2 b"},
    "id_card_missing": {"附件4": "附件4 1.4.1 c"},
    "identifier_invalid": {"附件1": "附件1 1.4 a", "附件4": "附件4 1.4.1 a"},
    "dates_disagree": {"附件4": "附件4 3.5, 1.2"},
    "phone_not_mobile": {"附件1": "附件1-1", "附件4": "附件4-1-1", "附件4 firm": "附件4-1-3"},
    "letter_dated_after_receipt": {"附件1": "附件1-1", "附件4": "附件4-1-1"},
    "late_unexplained": {"附件4": "四.(三)"},
    "late_closed": {"附件4 firm": "四.(三)"},
    "close_premature": {"附件4 firm": "附件4 1.1"},
    "engagement_overlaps": {"附件4": "二.(四)"},
    **{
        code: {"附件1": "", "附件3": "", "附件4": "", "附件4 firm": ""}
        for code in ("author_unauthenticated", "author_ambiguous", "firm_unknown", "document_illegible", "duplicate")
    },
}


FILINGS = {
    "附件1": "firm_information",
    "附件3": "engineer_information",
    "附件4": "add",
    "附件4 firm": "close_by_firm",
}


@pytest.mark.parametrize(
    ("code", "filing", "clause"),
    [(code, filing, clause) for code, cited in CLAUSES.items() for filing, clause in cited.items()],
)
def test_each_finding_cites_its_clause(code, filing, clause, a_submission):
    submission = a_submission(FILINGS[filing])
    kind = next(one for one in _all(Finding) if vars(one).get("code") == code)
    blank = {field.name: None for field in fields(kind) if field.default is MISSING}
    assert judge(kind(**blank), submission).clause == clause


def _all(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _all(one)
