"""Every finding has its sentence, every letter its template, and nothing that a template can name is undefined."""

import re
from dataclasses import fields, replace
from datetime import date, datetime
from enum import Enum
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from jinja2 import Environment, FileSystemLoader, UndefinedError, meta

import templates
from ledger.entries import CaseState
from ledger.office_time import OFFICE_TIME
from mailbot.examination import classify
from mailbot.examination.feedback import LetterKind
from mailbot.examination.matter import Matter
from mailbot.examination.rules import KNOWN_CODES
from mailbot.examination.verdict import Clock, Finding
from mailbot.letters.drafting import Item, LetterFacts
from mailbot.letters.rendering import Words
from mailbot.office.packs import load_matters
from mailbot.settings import Office
from parsers.documents.document import DocumentKind
from parsers.documents.social_insurance import Variety
from parsers.mail.message import AuthorDefect

FOLDER = Path(templates.__file__).parent
WORDS = Words()
PLACES = tuple(kind.value for kind in DocumentKind if kind.value.endswith(("letter", "screenshot", "card", "photo")))


def finding_types(kind=Finding):
    for narrower in kind.__subclasses__():
        if hasattr(narrower, "code") and narrower.__module__.startswith("mailbot."):
            yield narrower
        yield from finding_types(narrower)


FINDINGS = sorted(set(finding_types()), key=lambda kind: (kind.code, kind.__name__))

#: What may stand in fields whose words a template looks up; all others are filled by their type.
STABLE = {
    "left_places": [("subject",), ("directory", "commitment_letter")],
    "right_places": [PLACES],
    "paper": [*PLACES, "social_insurance_certificate"],
    "holder": ["engineer", "handler", "legal_representative", "firm"],
    "number": ["citizen_id", "credit_identifier"],
    "positions": [(), (7, 8)],
    "system": ["national", "municipal"],
    "which": ["started_on", "ended_on", "left_before_end"],
    "missing": [("explanation",), ("explanation", "late_filing_undertaking")],
    "sides": [(), ("front",), ("front", "back")],
    "action": ["add", "update", "close"],
    "blanks": [("firm",), ("handler_id", "personnel_added")],
    "needed": [("2026-08", "2026-09", "2026-10")],
    "until": ["2026-01-09"],
    "faults": [("submitter_missing",), ("separator_wrong", "order_wrong")],
    "deviations": [("full_width",), ("prefix", "spaces")],
    "variety": [variety for variety in Variety if variety is not Variety.INDIVIDUAL],  # that is the right kind
    ("insurance_unclear", "lacking"): [("person",), ("person", "employer", "months")],
    ("insurance_too_short", "lacking"): [("2026-10",)],
    ("author_ambiguous", "why"): [(*(defect.value for defect in AuthorDefect), "look_alike")],
    ("action_disagrees", "left_value"): ["add"],
    ("action_disagrees", "right_value"): ["update", "close"],
    ("engineer_disagrees", "right_value"): ["", "李四"],
    ("dates_disagree", "left_value"): ["2026-03-02"],
    ("dates_disagree", "right_value"): ["2026-03-09", ""],
}
COMMON = {field.name for field in fields(Finding)}


def values_of(kind, name, hint):
    """Everything worth trying for one field."""
    if name in COMMON:
        return ["扫描件1.jpg"] if name == "document" else [2] if name == "page" else None
    for key in ((kind.code, name), name):
        if key in STABLE:
            return STABLE[key]
    return typed_values(hint)


def typed_values(hint):
    if get_origin(hint) is UnionType:
        return [value for part in get_args(hint) for value in ([None] if part is NoneType else typed_values(part))]
    if get_origin(hint) is tuple:
        return [tuple(typed_values(get_args(hint)[0])[:2])]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    plain = {str: ["重庆王五监理咨询有限公司"], bool: [False, True], int: [2], date: [date(2026, 3, 2)]}
    return plain.get(hint) or [
        hint(**{one.name: typed_values(get_type_hints(hint)[one.name])[0] for one in fields(hint)})
    ]


def instances(kind):
    hints = get_type_hints(kind)
    choices = {
        field.name: found
        for field in fields(kind)
        if (found := values_of(kind, field.name, hints[field.name])) is not None
    }
    for values in product(*choices.values()):
        yield kind(**dict(zip(choices, values, strict=True)))


def assert_is_office_chinese(text):
    assert not re.search(r"None|True|False|[\[{]|\(\)|Undefined|<|，，|。。|“”", text), text


@pytest.mark.parametrize("kind", FINDINGS, ids=lambda kind: kind.__name__)
def test_a_finding_is_told_in_whole_sentences_whatever_its_facts(kind):
    for finding in instances(kind):
        sentence = WORDS.sentence(finding)
        assert sentence.endswith("。"), sentence
        assert "\n" not in sentence
        assert_is_office_chinese(sentence)


def test_every_finding_has_words_and_there_are_no_words_for_findings_that_do_not_exist():
    assert {kind.code for kind in FINDINGS} == WORDS.codes
    assert WORDS.codes >= KNOWN_CODES


def test_a_code_without_words_is_named_with_the_remedy():
    class Unworded(Finding):
        code = "unworded"

    with pytest.raises(Exception, match=r"no macro unworded; add one"):
        WORDS.sentence(Unworded())


RECEIVED = datetime(2026, 3, 12, 9, 5, tzinfo=OFFICE_TIME)
DUE = Clock("feedback10", "二", date(2026, 3, 26))
BOUNDED = Clock("feedback10", "二", None, date(2027, 1, 4), date(2027, 1, 20))
APPLICANTS = {
    "engineer": {"addressee": "张三同志", "you": "你", "submitted_by": "engineer", "firm": "重庆王五监理咨询有限公司"},
    "firm": {
        "addressee": "重庆王五监理咨询有限公司",
        "you": "你单位",
        "submitted_by": "firm",
        "firm": "重庆王五监理咨询有限公司",
    },
    "unknown": {"addressee": "申请人", "you": "你（单位）", "business": ""},
}
GIVEN = {"number": "ZJZD-2026-0187", "phone": "13800138000", "right_mailbox": "cqjtgjzx@vip.163.com", "deadline": DUE}


def letter_facts(who, annex="附件4", **more):
    usual = {
        "received": RECEIVED,
        "business": "监理工程师业绩登记新增（本人提交）审核申请",
        "annex": annex,
        "office": Office(name="审核中心", phone="023-62806051"),
        "today": date(2026, 3, 12),
        "files": ("承诺保证书.jpg", "截图.pdf"),
        "items": (Item("申请邮件未同步发送。", "附件4 1.4.1, 3.2"), Item("未收到附件。", "")),
        "first_received": RECEIVED,
        "state": "referred",
        "topic": "papers",
    }
    return LetterFacts(**{**usual, **APPLICANTS[who], **more})


SITUATIONS = {
    "everything known": GIVEN | {"notes": (Item("邮件名称包含空格，已予接受。", ""),), "last_feedback": RECEIVED},
    "no number": {**GIVEN, "number": None},
    "bounds": {**GIVEN, "deadline": BOUNDED, "still_checked": True, "copy_to_firm": True},
    "nothing but the number": {"number": "ZJZD-2026-0187", "office": Office(), "files": ()},
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("who", APPLICANTS)
@pytest.mark.parametrize("annex", ["附件1", "附件2", "附件3", "附件4", ""])
@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_says_who_what_when_and_whom_to_call(kind, annex, who, situation):
    given = SITUATIONS[situation]
    if given.get("number") is None and kind in NUMBERED:
        pytest.skip("belongs to a case, which has a number")
    facts = letter_facts(who, annex, **given)
    tag, text = WORDS.letter(kind, facts)
    assert re.fullmatch(r"【[一-鿿]{4,7}】", tag)
    assert text.startswith(f"{facts.addressee}：\n　　")
    assert "2026年3月12日9时05分" in text
    assert facts.office.name in text
    assert text.count("（本邮件由监理登记邮件办理系统自动生成，有疑问请电话联系）") == 1
    assert "13800138000" not in text
    assert_is_office_chinese(text.replace("（）", "()"))
    assert all(line == line.rstrip() for line in text.splitlines())


NUMBERED = {LetterKind.RECEIPT, LetterKind.COMPLETE, LetterKind.DUPLICATE, LetterKind.PROGRESS,
            LetterKind.REMINDER_RECEIPT}  # fmt: skip


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_names_nothing_that_its_facts_do_not_have(kind):
    """StrictUndefined: with a field left out of the facts the letter does not go out."""
    bare = type("Bare", (), {})()
    with pytest.raises(UndefinedError):
        WORDS.letter(kind, bare)


def test_the_correction_numbers_its_items_and_cites_their_clauses():
    _, text = WORDS.letter(LetterKind.CORRECTION, letter_facts("engineer", **GIVEN))
    assert "　　一、申请邮件未同步发送。（附件4第1.4.1条、第3.2条）\n　　二、未收到附件。\n" in text


def test_both_bounds_are_told_while_a_years_holidays_are_not_published():
    _, text = WORDS.letter(LetterKind.RECEIPT, letter_facts("firm", **SITUATIONS["bounds"]))
    assert "2027年1月4日至2027年1月20日间（待下一年度放假安排公布后确定）" in text


def test_a_receipt_without_any_known_day_promises_the_period_itself():
    _, text = WORDS.letter(LetterKind.RECEIPT, letter_facts("firm", **SITUATIONS["nothing but the number"]))
    assert "将于规定时限内以邮件方式告知" in text


@pytest.mark.parametrize("topic", classify.TOPICS)
def test_every_topic_of_a_question_has_its_answer_with_a_clause(topic):
    _, text = WORDS.letter(LetterKind.QUESTION, letter_facts("unknown", topic=topic))
    assert re.search(r"（(正文|附件)|附件4第", text)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_of_a_case_has_a_name(state):
    _, text = WORDS.letter(LetterKind.PROGRESS, letter_facts("engineer", **GIVEN, state=state.value))
    assert "目前状态为：" in text


@pytest.mark.parametrize("matter", load_matters(), ids=lambda matter: matter.key)
def test_every_matter_finds_its_annex_in_the_letter_that_says_all_is_there(matter: Matter):
    _, text = WORDS.letter(LetterKind.COMPLETE, letter_facts("firm", matter.annex, **GIVEN))
    assert "材料齐全不代表审核通过。" in text


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text, self.links = [], "", []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def test_the_html_part_says_the_same_escapes_and_fetches_nothing():
    evil = '<img src="http://x.invalid/a.gif">&"'
    facts = replace(letter_facts("engineer", **GIVEN), addressee=evil, files=(evil,))
    _, text = WORDS.letter(LetterKind.RECEIPT, facts)
    page = Page()
    page.feed(WORDS.as_html(evil, text))
    assert "img" not in page.tags
    assert page.links == []
    assert evil in page.text
    for line in filter(None, map(str.strip, text.splitlines())):
        assert line.strip("　") in page.text


def test_an_offices_own_template_is_laid_over_the_shipped_one_and_cannot_reach_out(tmp_path):
    (tmp_path / "feedback").mkdir()
    own = tmp_path / "feedback" / "complete.zh.j2"
    own.write_text("【齐了】\n{{ letter.addressee }}您好。", encoding="utf-8")
    words = Words(tmp_path)
    assert words.letter(LetterKind.COMPLETE, letter_facts("engineer")) == ("【齐了】", "张三同志您好。\n")
    own.write_text("{{ letter.__class__.__mro__ }}", encoding="utf-8")
    with pytest.raises(Exception, match="unsafe"):
        Words(tmp_path).letter(LetterKind.COMPLETE, letter_facts("engineer"))


def test_a_broken_template_is_found_by_doctor(tmp_path):
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "complete.zh.j2").write_text("{% if %}", encoding="utf-8")
    (fault,) = Words(tmp_path).check()
    assert "complete.zh.j2" in fault
    assert list(WORDS.check()) == []


def test_no_template_is_unused_and_none_is_missing():
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    sources = {
        name: (FOLDER / name).read_text(encoding="utf-8") for name in environment.list_templates(extensions=["j2"])
    }
    named = {f"feedback/{kind}.zh.j2" for kind in LetterKind} | {"feedback/_letter.html.j2"}
    code = "".join(file.read_text(encoding="utf-8") for file in FOLDER.parent.glob("mailbot/**/*.py"))
    spoken = set(re.findall(r'"([a-z_]+)"', code))
    named |= {
        name for name in sources if name.split("/")[-1].split(".")[0] in spoken and not name.startswith("findings/")
    }
    named |= {name for name in sources if name.startswith("findings/")}
    for source in sources.values():
        named |= set(filter(None, meta.find_referenced_templates(environment.parse(source))))
    assert named == set(sources)
