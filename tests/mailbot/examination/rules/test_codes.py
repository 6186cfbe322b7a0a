"""Every code that applicants and office scripts rely on has a rule's finding and a sentence."""

from mailbot.examination.rules import KNOWN_CODES, RULES
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
