"""Is the commitment letter there, on its form, unaltered, filled in and dated? Silent, speaking and doubting."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.examination.rules import commitment_letter as rules
from mailbot.examination.rules import commitment_letter_numbers as numbers
from mailbot.examination.rules import commitment_letter_signing as signing
from mailbot.letters.rendering import Words
from parsers.documents.commitment_letter import Choice
from parsers.documents.commitment_letter_blanks import Unfilled
from parsers.documents.commitment_letter_options import Option
from parsers.documents.document import DocumentKind, Leaf
from parsers.files.page import Fault, ReadBy, Unreadable
from tests.builders_submission import a_paper, a_submission, codes, read, run
from tests.mailbot.examination.rules.commitment_letters import (
    ABSENT,
    CHANGED,
    PRESENT,
    RULES,
    UNCLEAR,
    a_letter,
    found,
    told,
)


def test_a_letter_as_it_ought_to_be_is_passed_in_silence():
    assert told(a_letter()) == []


class TestMissing:
    def test_it_is_missing_when_every_page_is_something_else(self):
        assert told(a_paper(DocumentKind.EXPLANATION)) == [("letter_missing", "defect")]

    def test_an_unknown_page_may_be_it(self):
        assert told(a_paper(DocumentKind.EXPLANATION), unknown_pages=1) == [("letter_missing", "doubt")]

    def test_papers_that_were_not_read_say_nothing(self):
        assert told(not_read=True) == []

    def test_a_file_that_cannot_be_opened_may_hold_it_and_is_told_elsewhere(self):
        submission = a_submission(a_paper(DocumentKind.EXPLANATION))
        broken = replace(submission.files[0], documents=(), unreadable=Unreadable(Fault.BROKEN))
        assert codes(run(RULES, replace(submission, files=(broken,)))) == []

    def test_an_undertaking_for_lateness_is_none(self):
        assert told(a_paper(DocumentKind.LATE_FILING_UNDERTAKING)) == [("letter_missing", "defect")]

    def test_one_sent_earlier_still_counts(self):
        assert told(a_paper(DocumentKind.EXPLANATION), earlier=(a_letter(),)) == []


class TestForm:
    def test_another_annex_s_official_form_is_a_defect_and_nothing_else_is_told(self):
        letter = a_letter("4-1-3", signed=(ABSENT, ABSENT), seal=ABSENT)
        assert told(letter) == [("letter_wrong_form", "defect")]

    def test_a_working_form_is_a_doubt(self):
        assert told(a_letter("4-1-2")) == [("letter_wrong_form", "doubt")]

    def test_an_unknown_form_is_a_doubt(self):
        (finding,) = found(replace(a_letter(), form=None, form_certain=False))
        assert codes([finding]) == [("letter_wrong_form", "doubt")]
        assert finding.found is None

    def test_an_official_form_where_a_working_one_is_asked_for_is_a_defect(self):
        assert told(a_letter("4-1-1"), action="close") == [("letter_wrong_form", "defect")]

    def test_a_weak_likeness_is_a_doubt(self):
        assert ("letter_wrong_form", "doubt") in told(a_letter("4-1-3", found=0.7))

    def test_of_several_letters_the_fitting_one_is_judged(self):
        assert told(a_letter("4-1-3", seal=ABSENT), a_letter()) == []

    def test_of_two_copies_the_better_one_is_judged(self):
        assert told(a_letter(seal=ABSENT), a_letter()) == []


def test_a_finding_names_the_file_in_which_its_page_lies():
    """Pages that came one by one, the second first."""
    letter = replace(
        a_letter(seal=ABSENT),
        pages=(2, 1),
        leaves=(Leaf(4, "乙.jpg", 1), Leaf(3, "甲.pdf", 7)),
        file="乙.jpg",
        position=4,
    )
    (finding,) = found(letter)
    assert (finding.document, finding.page) == ("甲.pdf", 7)
    (unticked,) = found(replace(letter, seal=replace(letter.seal, presence=PRESENT), dated=ABSENT))
    assert (unticked.document, unticked.page) == ("甲.pdf", 7)


class TestText:
    def test_a_change_is_told_with_both_wordings(self):
        (finding,) = found(a_letter(alterations=(CHANGED,)))
        assert codes([finding]) == [("letter_altered", "defect")]
        assert (finding.changes[0].printed, finding.changes[0].read) == (CHANGED.printed, CHANGED.read)

    def test_what_may_be_a_misreading_is_a_doubt(self):
        assert told(a_letter(alterations=(replace(CHANGED, certain=False),))) == [("letter_altered", "doubt")]

    def test_a_doubt_beside_a_sure_change_is_not_told(self):
        assert told(a_letter(alterations=(CHANGED, replace(CHANGED, certain=False)))) == [("letter_altered", "defect")]

    def test_an_illegible_letter_only_raises_doubts(self):
        assert told(a_letter(alterations=(CHANGED,), legible=False)) == [("letter_altered", "doubt")]

    def test_what_a_letter_lacks_whose_end_lies_elsewhere_may_stand_there(self):
        half = replace(a_letter(unfilled=(Unfilled("phone", True),), dated=ABSENT), ends=False)
        assert told(half) == [("letter_blank_unfilled", "doubt"), ("letter_undated", "doubt")]

    @pytest.mark.parametrize("certain", [True, False])
    def test_empty_blanks_are_named(self, certain):
        (finding,) = found(a_letter(unfilled=(Unfilled("project", certain), Unfilled("post", certain))))
        assert codes([finding]) == [("letter_blank_unfilled", "defect" if certain else "doubt")]
        assert finding.blanks == ("project", "post")

    def test_both_actions_left_standing_is_a_doubt(self):
        assert told(a_letter(action=Choice.BOTH)) == [("letter_blank_unfilled", "doubt")]

    @pytest.mark.parametrize(
        ("ticks", "expected"),
        [
            pytest.param((PRESENT, ABSENT), [], id="one is ticked"),
            pytest.param((ABSENT, ABSENT), [("letter_option_unticked", "defect")], id="none"),
            pytest.param((ABSENT, UNCLEAR), [("letter_option_unticked", "doubt")], id="perhaps none"),
        ],
    )
    def test_an_option_must_be_ticked(self, ticks, expected):
        options = tuple(Option(f"{n}", "0", None, tick) for n, tick in enumerate(ticks))
        assert told(a_letter("1-1", options=options), matter="firm_information", by="firm") == expected

    @pytest.mark.parametrize(
        ("dated", "day", "expected"),
        [
            pytest.param(ABSENT, None, [("letter_undated", "defect")], id="no date"),
            pytest.param(UNCLEAR, None, [("letter_undated", "doubt")], id="not readable"),
            pytest.param(PRESENT, date(2026, 3, 12), [], id="the day of receipt"),
            pytest.param(PRESENT, date(2026, 3, 13), [("letter_dated_after_receipt", "doubt")], id="the day after"),
        ],
    )
    def test_the_date(self, dated, day, expected):
        assert told(a_letter(dated=dated, day=day), received=date(2026, 3, 12)) == expected


class TestWorkingForms:
    """Contract 3, rule 2."""

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            pytest.param({"alterations": (CHANGED,)}, ("letter_altered", "doubt"), id="altered"),
            pytest.param({"unfilled": (Unfilled("post", True),)}, ("letter_blank_unfilled", "doubt"), id="blank"),
            pytest.param({"dated": ABSENT, "day": None}, ("letter_undated", "doubt"), id="undated"),
            pytest.param({"signed": (PRESENT, ABSENT)}, ("letter_signature_missing", "doubt"), id="one signature"),
            pytest.param({"signed": (ABSENT, ABSENT)}, ("letter_signature_missing", "defect"), id="no signature"),
            pytest.param({"seal": ABSENT}, ("letter_seal_missing", "defect"), id="no seal"),
            pytest.param(
                {"blanks": {"engineer_id": read("500103198808080008", by=ReadBy.TEXT)}},
                ("identifier_invalid", "doubt"),
                id="number",
            ),
        ],
    )
    def test_only_missing_marks_stay_defects(self, more, expected):
        assert told(a_letter("4-1-2", **more), action="close") == [expected]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (rules.LetterMissing(form="4-1-1"), "附件4-1-1"),
        (rules.LetterWrongForm(form="4-1-1", found="4-1-3"), "附件4-1-3"),
        (rules.LetterWrongForm(form="4-1-1", found=None), "规定的格式文本不符"),
        (rules.LetterAltered(changes=(rules.Change("changed", "自愿撤销", "不撤销"),)), "“自愿撤销”被改为“不撤销”"),
        (rules.LetterAltered(changes=(rules.Change("added", "", "另有约定"),)), "增加了“另有约定”"),
        (rules.LetterAltered(changes=(rules.Change("deleted", "均真实", "真实"),)), "“均真实”有删减，现为“真实”"),
        (rules.LetterBlankUnfilled(blanks=("project", "phone")), "“项目名称”、“联系方式”未填写"),
        (rules.LetterBlankUnfilled(blanks=("action",), both=True), "“新增”和“更新”"),
        (rules.LetterOptionUnticked(), "均未勾选"),
        (rules.LetterUndated(), "日期"),
        (signing.LetterSignatureMissing(labels=("法定代表人", "承办人")), "法定代表人、承办人亲笔签名"),
        (signing.LetterSealMissing(), "未加盖企业法人章"),
        (signing.LetterSignatureUnclear(label="承办人", why="typed"), "疑似打印文字"),
        (signing.LetterSealUnclear(why="half_cut"), "不完整"),
        (signing.LetterSignatureRepeated(label="承办人", case_number="ZJZD-2026-0007"), "ZJZD-2026-0007"),
        (signing.LetterSignaturePasted(labels=("法定代表人", "承办人")), "法定代表人、承办人的签名是贴入的图片"),
        (numbers.PhoneNotMobile(blank="phone", value="02362806051"), "023****6051"),
        (rules.LetterDatedAfterReceipt(day=date(2026, 3, 13)), "2026年3月13日"),
    ],
    ids=lambda value: value.code if hasattr(value, "code") else None,
)
def test_the_sentence_says_what_is_wrong_and_the_remedy(finding, words):
    sentence = Words().sentence(finding)
    assert words in sentence
    assert sentence.endswith("。")
    assert "请" in sentence
