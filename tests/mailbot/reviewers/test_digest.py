"""The desk's mails read well in every mail program, say as much without HTML, and give no number away."""

import re
from datetime import date
from html.parser import HTMLParser
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.entries import CaseFacts, CaseState, Claim, ClockEntry, FindingEntry
from mailbot.reviewers.charts import WIDTH
from mailbot.reviewers.periodic import due_on
from parsers.masking import mask
from tests.builders_desk import DeskOffice, a_desk, dispatch, html_of, mails_of, text_of
from tests.builders_letters import KINDS, desk_mails
from tests.builders_service import TRACK_BOX, a_mail
from tests.numbers import numbers_in

#: Outlook (Word's engine), Gmail, QQ, NetEase and iOS mail keep these; `max-width` is dropped by Outlook alone, where
#: a table of 100 % then fills the window.
KEPT = {
    "background-color", "border", "border-bottom", "border-left", "color", "font-family", "font-size", "font-weight",
    "height", "line-height", "margin", "max-width", "padding", "text-align", "text-indent", "width",
}  # fmt: skip
VOID = {"meta", "br", "img"}


@pytest.fixture(scope="module")
def mails():
    return desk_mails()


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.faults = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def styles(page):
    for tag, attrs in page.tags:
        for declaration in filter(str.strip, (attrs.get("style") or "").split(";")):
            name, _, value = declaration.partition(":")
            yield tag, name.strip(), value.strip()


@pytest.mark.parametrize("kind", KINDS)
class TestHtml:
    def test_every_style_is_one_that_outlook_and_webmail_keep(self, mails, kind):
        used = {name for _, name, _ in styles(Page(html_of(mails[kind])))}
        assert used
        assert used <= KEPT

    def test_nothing_is_fetched_from_anywhere(self, mails, kind):
        html, page = html_of(mails[kind]), Page(html_of(mails[kind]))
        assert not re.search(r"https?:|url\(|@import|//", html.replace("<!DOCTYPE html>", ""))
        assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "form", "style", "video"}
        within = {part["Content-ID"].strip("<>") for part in mails[kind].walk() if part["Content-ID"]}
        assert {attrs["src"].removeprefix("cid:") for tag, attrs in page.tags if tag == "img"} == within
        assert all(attrs["href"].startswith("mailto:") for tag, attrs in page.tags if tag == "a")

    def test_it_fits_a_phone(self, mails, kind):
        page = Page(html_of(mails[kind]))
        fixed = [value for _, name, value in styles(page) if name == "width" and not value.endswith("%")]
        attributes = [attrs["width"] for tag, attrs in page.tags if "width" in attrs and tag != "img"]
        assert fixed == []
        assert all(value.endswith("%") for value in attributes)
        for tag, attrs in page.tags:
            if tag == "img":
                assert "max-width" in attrs["style"]
                assert attrs["width"].endswith("%") or int(attrs["width"]) <= 560
        assert all(int(value.removesuffix("px")) <= 680 for _, name, value in styles(page)
                   if name == "max-width" and value.endswith("px"))  # fmt: skip
        assert WIDTH <= 640

    def test_with_its_pictures_off_it_says_the_same(self, mails, kind):
        for tag, attrs in Page(html_of(mails[kind])).tags:
            if tag == "img":
                assert len(attrs["alt"]) > 5

    def test_it_is_closed_and_laid_out_by_tables(self, mails, kind):
        page = Page(html_of(mails[kind]))
        assert (page.open, page.faults) == ([], [])
        assert all(attrs.get("role") == "presentation" for tag, attrs in page.tags if tag == "table")

    def test_the_plain_part_is_as_good(self, mails, kind):
        """Every number, case and sentence of the HTML part stands in the plain one."""
        plain = re.sub(r"\s+", "", text_of(mails[kind]))
        shown = re.sub(r"<[^>]+>", "\n", html_of(mails[kind]).partition("</title>")[2])
        for sentence in filter(None, (re.sub(r"\s+", "", line) for line in shown.splitlines())):
            if re.search(r"。$|ZJZD", sentence):
                assert sentence in plain or sentence.strip("·") in plain, sentence


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_of_a_person_stands_in_any_mail(mails, kind):
    for part in (text_of(mails[kind]), html_of(mails[kind]), str(mails[kind]["Subject"])):
        assert numbers_in(part) == []


PLANTED = st.sampled_from(
    ["500103198808080007", "13912345678", "50010319850102000X", "139 1234 5678", "500103 19880808 0007"]
)


@settings(max_examples=10, deadline=None)
@given(PLANTED, st.sampled_from(["message", "engineer", "firm", "file"]))
def test_a_number_planted_where_applicants_write_leaves_no_mail_whole(planted, where):
    """The scan finds what is planted before the last door, and nothing behind it."""
    words = {"message": "…", "engineer": "张三", "firm": "某公司", "file": "a.pdf"} | {where: f"见{planted}号"}
    before = "".join(words.values())
    assert re.sub(r"\D", "", before).endswith(re.sub(r"\D", "", planted)) or planted.endswith("X")
    with_planted = mask(before)
    assert numbers_in(re.sub(r"[ ]", "", before))
    assert not numbers_in(re.sub(r"[ ]", "", with_planted))


PLANTED_BOTH = "电话13912345678，证号500103198808080007"


def test_a_number_planted_in_the_ledger_leaves_neither_digest_nor_reminder_nor_referral(tmp_path):
    with DeskOffice(tmp_path) as office:
        claim = _recorded(office)
        finding = FindingEntry(
            "letter_seal_unclear", "doubt", "附件4 1.4.1 a", "电话13912345678，证号500103198808080007"
        )
        facts = CaseFacts(
            matter="engineer_track_record", action="add", submitted_by="engineer", firm="13912345678公司",
            engineer="500103198808080007", verdict="referred", office="中心", received_at=office.time,
            applicant="a@person.invalid", pack_version="1", findings=(finding,),
            clocks=(ClockEntry("feedback10", "二", date(2026, 3, 13)),),
        )  # fmt: skip
        number = office.ledger.assign_number(claim.mail.id, "ZJZD", 2026)
        office.ledger.file_case(claim, facts, number=number, state=CaseState.REFERRED)
        assert numbers_in(str(office.ledger.case(number)))  # planted
        office.later(minutes=10)
        a_desk(office).work(Event())
        kinds = {entry.letter.kind for entry in office.ledger.letters()}
        assert {"digest", "referral", "reminder"} <= kinds
        for kind in kinds:
            for mail in mails_of(office, kind):
                for part in (text_of(mail), html_of(mail), str(mail["Subject"])):
                    assert number in part or kind == "reminder" or part == mail["Subject"]
                    assert numbers_in(part) == [], kind


def _recorded(office) -> Claim:
    office.receive(a_mail())
    return office.ledger.claim("w", 60)


class TestReports:
    @pytest.mark.parametrize(
        ("day", "kinds"),
        [
            pytest.param(date(2026, 3, 16), ["weekly"], id="a Monday"),
            pytest.param(date(2026, 3, 17), [], id="a Tuesday"),
            pytest.param(date(2026, 4, 7), ["weekly"], id="the Tuesday after a holiday Monday"),
            pytest.param(date(2026, 4, 1), ["monthly"], id="the first of a month, a Wednesday"),
            pytest.param(date(2026, 3, 2), ["weekly", "monthly"], id="a Monday, the month's first workday"),
            pytest.param(date(2026, 10, 8), ["weekly", "monthly"], id="after the National Day"),
        ],
    )
    def test_they_come_on_the_first_workday_after(self, tmp_path, day, kinds):
        with DeskOffice(tmp_path) as office:
            works = a_desk(office)._digests.works
            assert [kind for kind, _, _ in due_on(day, works)] == kinds

    def test_their_numbers_are_those_of_the_ledger(self, tmp_path):
        with DeskOffice(tmp_path) as office:
            office.receive(a_mail())
            office.receive(a_mail(sender="b@person.invalid", content="b", cc=()))
            office.casework().work(Event())
            dispatch(office)
            report = a_desk(office).report(
                "monthly", date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1), (TRACK_BOX,)
            )
            assert {row.name: row.value for row in report.rows}["收件数"] == "2"
            assert report.figures.received == 2
            assert "收件2" in report.charts[0].alt
            assert "监理工程师业绩登记2" in report.charts[1].alt
