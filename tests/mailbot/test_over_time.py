"""What a second mail means for the first: one case over its rounds, through the real ledger."""

from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from threading import Event

import pytest

from ledger.entries import CaseState, MailState
from ledger.office_time import OFFICE_TIME
from mailbot.cases.happenings import clocks_of, happened
from mailbot.office.accounts import receiver_of
from mailbot.office.authorities import Authority, ProjectMap
from mailbot.office.suspension import Suspension, SuspensionList
from parsers.documents.document import DocumentKind, Presence
from tests import builders_submission as built
from tests.builders_service import (
    ADD,
    INFORMATION_BOX,
    OFFICE_OF_FIRM,
    REVIEWER,
    TRACK_BOX,
    Office,
    PlayedReader,
    a_mail,
    a_signed_letter,
    arrived,
    papers,
)

ALL = tuple(papers())
CARD, PHOTO = "身份证扫描件.pdf", "手持身份证.pdf"
WITHOUT_CARD = tuple(name for name in ALL if name not in (CARD, PHOTO))
CLOSE_BY_FIRM = f"{built.ENGINEER}/{built.FIRM}/业绩登记截止申请(企业提交)"
CLOSE_BY_ENGINEER = f"{built.ENGINEER}/{built.FIRM}/业绩登记截止(本人提交)"
UPDATE = f"{built.ENGINEER}/{built.FIRM}/业绩登记更新(本人提交)"


class Scripted(PlayedReader):
    """Sees in a file what the test says, else what its name says."""

    def __init__(self):
        super().__init__()
        self.sees = {}

    def read(self, files):
        read = super().read(files)
        return tuple(self._scripted(file) if file.name in self.sees else file for file in read)

    def _scripted(self, file):
        paper = replace(self.sees[file.name], file=file.name, position=file.position)
        return replace(file, documents=(paper,), unknown_pages=(), illegible_pages=())


class Desk(Office):
    """An office whose letters leave and whose days pass."""

    def __init__(self, folder, **more):
        super().__init__(folder, reader=Scripted(), **more)
        self.files = {}

    def works(self, raw, **more):
        mail_id = self.receive(raw, **more)
        self.casework(examiner=self.examiner(**self.files)).work(Event())
        return self.ledger.mail(mail_id)

    def sends(self):
        """Everything queued leaves."""
        while letter := self.ledger.claim_letter("w", 60):
            self.ledger.mark_sent(letter.id, letter.fence, "250 ok")

    def on(self, day, hour=10):
        self.time = datetime.fromisoformat(f"{day}T{hour:02d}:00").replace(tzinfo=OFFICE_TIME)
        return self

    def case(self, number="ZJZD-2026-0001"):
        return self.ledger.case(number)

    def numbers(self):
        return [case.number for case in self.ledger.cases()]

    def clocks(self, number="ZJZD-2026-0001"):
        return {clock.id: clock for clock in self.case(number).case.facts.clocks}

    def found(self, number="ZJZD-2026-0001"):
        return {one.code: one.severity for one in self.case(number).case.facts.findings}

    def events(self, action, number="ZJZD-2026-0001"):
        return [event for event in self.case(number).events if event.action == action]

    def reply(self, kind="correction", subject=None, **more):
        letter = message_from_bytes(self.raw_letter(kind), policy=default)
        return a_mail(subject or f"回复：{letter['Subject']}", headers={"In-Reply-To": letter["Message-ID"]}, **more)

    def text(self, kind):
        return message_from_bytes(self.raw_letter(kind), policy=default).get_body(("plain",)).get_content()


@pytest.fixture
def office(tmp_path):
    with Desk(tmp_path) as running:
        yield running.on("2026-03-12")


class TestCompletion:
    """E08: completeness is the union of the case's mails."""

    @pytest.mark.parametrize(
        "subject", [None, "补充材料", ADD], ids=["the quoted subject", "his own words", "the prescribed subject"]
    )
    def test_a_reply_with_only_what_was_missing_completes_the_case(self, office, subject):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        assert office.case().case.state is CaseState.AWAITING_CORRECTION
        office.on("2026-03-17")
        office.works(office.reply(subject=subject, files=(CARD, PHOTO)))
        file = office.case()
        assert office.numbers() == [file.case.number]
        assert (file.case.state, file.case.rounds) == (CaseState.COMPLETE, 1)
        assert [one.verdict for one in file.examinations] == ["correction", "complete"]
        assert office.found() == {}

    def test_the_day_of_completion_is_that_of_the_completing_mail(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.on("2026-03-17").works(office.reply(files=(CARD, PHOTO)))
        completed = [one.on for one in happened(office.case()) if one.event == "completed"]
        assert completed == [date(2026, 3, 17)]

    def test_a_newer_paper_takes_the_place_of_the_older(self, office):
        office.reader.sees["未盖章承诺书.pdf"] = replace(
            a_signed_letter(), seal=replace(a_signed_letter().seal, presence=Presence.ABSENT)
        )
        office.works(a_mail(files=("未盖章承诺书.pdf", *ALL[1:])))
        assert office.found() == {"letter_seal_missing": "defect"}
        office.sends()
        office.works(office.reply(files=("承诺保证书.pdf",)))
        assert office.case().case.state is CaseState.COMPLETE

    def test_a_reply_that_leaves_something_out_is_told_only_what_still_lacks(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.works(office.reply(files=(CARD,)))
        assert office.found() == {"card_in_hand_photo_missing": "defect"}
        office.sends()
        assert office.case().case.rounds == 2


class TestResubmission:
    """E09: the same applicant, matter, action, engineer and firm, not yet ended."""

    def test_a_new_mail_without_thread_or_number_joins_the_open_case(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.works(a_mail(files=ALL, content="2"))
        assert office.numbers() == ["ZJZD-2026-0001"]
        assert office.case().case.state is CaseState.COMPLETE

    def test_another_project_is_another_case(self, office):
        office.works(a_mail())
        for name in ALL:
            paper = papers()[name]
            if hasattr(paper, "blanks"):
                office.reader.sees[name] = replace(built.a_letter(project="渝西大道改建工程"))
            elif "截图" in name:
                page = built.a_national_page if "全国" in name else built.a_municipal_page
                office.reader.sees[name] = page(project="渝西大道改建工程")
        office.works(a_mail(content="2"))
        assert office.numbers() == ["ZJZD-2026-0001", "ZJZD-2026-0002"]

    @pytest.mark.parametrize("ended", [CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.APPROVED])
    def test_what_a_person_has_ended_no_mail_begins_again(self, office, ended):
        office.works(a_mail())
        office.sends()
        office.ledger.decide("ZJZD-2026-0001", "end", actor=REVIEWER, expected=CaseState.COMPLETE, state=ended)
        office.works(office.reply("complete", files=ALL))
        assert office.case().case.state is ended
        assert office.numbers() == ["ZJZD-2026-0001", "ZJZD-2026-0002"]
        assert office.letters()[-1][0] != "duplicate"

    def test_a_complaint_within_a_case_leaves_its_facts_and_periods_alone(self, office):
        office.works(a_mail())
        office.sends()
        before = office.case().case
        office.on("2026-03-20").works(office.reply("complete", subject="投诉审核不作为", files=()))
        file = office.case()
        assert (file.case.facts.matter, file.case.facts.action) == (before.facts.matter, before.facts.action)
        assert file.case.facts.clocks == before.facts.clocks
        assert [one.on for one in happened(file) if one.event == "received"] == [date(2026, 3, 12)]


class TestOwnMiss:
    """一次性告知: what is told in round 2 and could be seen in round 1 is the office's own miss."""

    @staticmethod
    def unsigned():
        letter = a_signed_letter()
        unsigned = replace(letter.signatures[0], mark=replace(letter.signatures[0].mark, presence=Presence.ABSENT))
        return replace(letter, signatures=(unsigned, letter.signatures[1]))

    def test_a_defect_of_a_paper_that_was_there_in_round_one(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.reader.sees["承诺保证书.pdf"] = self.unsigned()
        office.works(office.reply(files=(CARD, PHOTO)))
        (event,) = office.events("own_miss")
        assert (event.detail["codes"], event.detail["round"]) == (["letter_signature_missing"], 2)

    def test_the_same_bytes_sent_again_are_no_new_paper(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.reader.sees["承诺保证书.pdf"] = self.unsigned()
        office.works(office.reply(files=ALL))
        assert [event.detail["codes"] for event in office.events("own_miss")] == [["letter_signature_missing"]]

    def test_a_defect_of_a_new_paper_is_the_applicants(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.reader.sees["承诺保证书.pdf"] = self.unsigned()
        office.works(office.reply(files=("承诺保证书.pdf", CARD, PHOTO), content="2"))
        assert office.found() == {"letter_signature_missing": "defect"}
        assert office.events("own_miss") == []

    def test_what_was_told_and_is_still_so_is_none(self, office):
        office.reader.sees["承诺保证书.pdf"] = self.unsigned()
        office.works(a_mail(files=WITHOUT_CARD))
        office.sends()
        office.works(office.reply(files=(CARD, PHOTO)))
        assert office.found() == {"letter_signature_missing": "defect"}
        assert office.events("own_miss") == []


class TestPeriods:
    def test_a_correction_pauses_the_office_and_the_answer_starts_it_anew(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        assert office.clocks()["overall10"].due == date(2026, 3, 26)
        office.on("2026-03-16").sends()
        assert {id for id, clock in office.clocks().items() if clock.stopped_on == date(2026, 3, 16)} == {
            "feedback10",
            "overall10",
        }
        office.on("2026-03-24").works(office.reply(files=(CARD, PHOTO)))
        clocks = office.clocks()
        for id in ("feedback10", "overall10"):
            assert (clocks[id].due, clocks[id].stopped_on) == (date(2026, 4, 8), None)
        assert clocks["feedback10"].first_due == date(2026, 3, 26)
        assert clocks["enterprise10"].due == date(2026, 3, 26)

    def test_the_first_feedback_counts_though_an_answer_began_the_period_anew(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.on("2026-03-30").sends()  # two workdays late
        office.on("2026-03-31").works(office.reply(files=(CARD, PHOTO)))
        assert office.clocks()["feedback10"].due == date(2026, 4, 15)
        figures = office.ledger.figures(date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
        assert (figures.feedback_due, figures.feedback_in_time) == (1, 0)

    def test_the_enterprises_period_waits_for_the_mail_that_it_got_too(self, office):
        office.works(a_mail(cc=()))
        assert "enterprise10" not in office.clocks()
        office.sends()
        office.on("2026-03-24").works(office.reply(files=ALL[:1]))
        assert office.clocks()["enterprise10"].started_on == date(2026, 3, 24)

    def test_review_begins_with_the_verification_that_a_person_enters(self, office):
        office.works(a_mail())
        office.sends()
        office.ledger.record_step("ZJZD-2026-0001", {"verified_on": "2026-03-18"}, actor=REVIEWER)
        examiner = office.examiner()
        clocks = clocks_of(office.case(), matters=examiner.matters, calendar=examiner.calendar)
        office.ledger.update_clocks("ZJZD-2026-0001", clocks, why="verified")
        review = office.clocks()["review10"]
        assert (review.started_on, review.due) == (date(2026, 3, 18), date(2026, 4, 1))
        assert office.clocks()["enterprise10"].stopped_on == date(2026, 3, 18)

    def test_counted_from_the_ledger_alone_they_come_out_the_same(self, office):
        office.works(a_mail(files=WITHOUT_CARD))
        office.on("2026-03-16").sends()
        office.on("2026-03-24").works(office.reply(files=(CARD, PHOTO)))
        examiner = office.examiner()
        assert set(clocks_of(office.case(), matters=examiner.matters, calendar=examiner.calendar)) == set(
            office.clocks().values()
        )


class TestBothSides:
    """E25: engineer and enterprise file the same 截止."""

    def test_the_second_waits_for_a_person_and_the_first_is_not_touched(self, office):
        office.works(a_mail(CLOSE_BY_ENGINEER))
        before = office.case().case
        office.works(a_mail(CLOSE_BY_FIRM, sender=OFFICE_OF_FIRM, cc=()))
        assert office.numbers() == ["ZJZD-2026-0001", "ZJZD-2026-0002"]
        second = office.case("ZJZD-2026-0002").case
        assert second.state is CaseState.REFERRED
        doubt = next(one for one in second.facts.findings if one.code == "filed_from_both_sides")
        assert (doubt.severity, doubt.evidence["case_number"]) == ("doubt", "ZJZD-2026-0001")
        assert office.case().case == before

    def test_once_the_first_has_ended_it_is_an_application_like_others(self, office):
        office.works(a_mail(CLOSE_BY_ENGINEER))
        state = office.case().case.state
        office.ledger.decide("ZJZD-2026-0001", "withdraw", actor=REVIEWER, expected=state, state=CaseState.WITHDRAWN)
        office.works(a_mail(CLOSE_BY_FIRM, sender=OFFICE_OF_FIRM, cc=()))
        assert "filed_from_both_sides" not in office.found("ZJZD-2026-0002")


class TestWithdrawal:
    """E28: while not accepted, by a person."""

    def test_the_wish_is_recorded_and_received_and_changes_no_state(self, office):
        office.works(a_mail())
        office.works(a_mail("申请撤回〔ZJZD-2026-0001〕", files=()))
        case = office.case().case
        assert (case.state, case.steps) == (CaseState.COMPLETE, {"withdrawal_asked_on": "2026-03-12"})
        assert office.letters()[-1] == ("withdrawal_receipt", "queued")

    def test_a_strangers_wish_is_none(self, office):
        office.works(a_mail())
        office.works(a_mail("申请撤回〔ZJZD-2026-0001〕", files=(), sender="stranger@elsewhere.invalid"))
        assert office.case().case.steps == {}

    def test_after_the_end_nothing_is_asked_of_the_case(self, office):
        office.works(a_mail())
        ended = {"expected": CaseState.COMPLETE, "state": CaseState.APPROVED}
        office.ledger.decide("ZJZD-2026-0001", "approve", actor=REVIEWER, **ended)
        office.works(a_mail("申请撤回〔ZJZD-2026-0001〕", files=()))
        assert office.case().case.steps == {}
        assert office.case().case.state is CaseState.APPROVED


class TestTwins:
    """D17."""

    def test_the_same_bytes_in_two_mailboxes_are_one_case_whichever_is_worked_first(self, office):
        raw = a_mail(to=f"{TRACK_BOX}, {INFORMATION_BOX}")
        mails = [office.receive(raw, mailbox=box) for box in (TRACK_BOX, INFORMATION_BOX)]
        office.casework().work(Event())
        assert [office.ledger.mail(one).state for one in mails] == [MailState.FILED, MailState.ANSWERED]
        assert {office.ledger.mail(one).case_number for one in mails} == {"ZJZD-2026-0001"}
        assert len(office.letters()) == 1

    @pytest.mark.parametrize(
        "mail",
        [
            {"subject": "请问需要提交哪些材料？", "body": "请问需要提交哪些材料？", "files": ()},
            {"subject": "投诉审核不作为", "files": ()},
            {"subject": "渝东高速公路项目信息更新提醒", "files": ()},
            {},
        ],
        ids=["a question", "a complaint", "a reminder", "an application"],
    )
    @pytest.mark.parametrize("boxes", [(TRACK_BOX, INFORMATION_BOX), (INFORMATION_BOX, TRACK_BOX)])
    def test_so_are_two_copies_under_different_traces(self, office, mail, boxes):
        raw = a_mail(to=f"{TRACK_BOX}, {INFORMATION_BOX}", **mail)
        for number, box in enumerate(boxes):
            office.works(f"Received: from relay{number}.invalid by mx.vip.163.com\r\n".encode() + raw, mailbox=box)
        assert len(office.letters()) == 1
        assert len(office.numbers()) <= 1

    def test_another_mail_under_the_same_message_id_is_answered(self, office):
        """A broken client repeats its Message-ID: nobody's question is lost for that."""
        both = {"to": f"{TRACK_BOX}, {INFORMATION_BOX}", "identity": "<same@person.invalid>", "files": ()}
        for box, words in ((TRACK_BOX, "请问需要提交哪些材料？"), (INFORMATION_BOX, "请问邮箱地址是多少？")):
            office.works(a_mail(words, body=words, **both), mailbox=box)
        assert len(office.letters()) == 2


class TestSender:
    """E06: by the date from which the directory knows an address."""

    @pytest.mark.parametrize(
        ("sender", "severity"),
        [
            pytest.param("new@firm.invalid", None, id="the address of today"),
            pytest.param(OFFICE_OF_FIRM, "doubt", id="the address until yesterday"),
            pytest.param("other@elsewhere.invalid", "defect", id="never its address"),
        ],
    )
    def test_the_enterprises_address_changed_yesterday(self, office, sender, severity):
        firm = next(iter(office.ledger.enterprises_at(OFFICE_OF_FIRM, date(2026, 3, 12))))
        moved = replace(firm, contact_address="new@firm.invalid", valid_from=date(2026, 3, 11), earlier_addresses=())
        office.ledger.import_enterprises([moved], as_of=date(2026, 3, 12))
        office.works(a_mail(CLOSE_BY_FIRM, sender=sender, cc=()))
        assert office.found().get("author_not_registered") == severity


class TestSuspension:
    """E30: told to the reviewer; the applicant gets a receipt like everybody."""

    @pytest.mark.parametrize("name", [built.FIRM, built.ENGINEER])
    def test_a_doubt_for_the_reviewer_and_a_neutral_receipt(self, office, name):
        listed = SuspensionList((Suspension(name, valid_from=date(2026, 1, 1)),))
        office.files = {"suspended": lambda: listed}
        office.works(a_mail())
        assert office.found() == {"applicant_suspended": "doubt"}
        assert office.letters() == [("receipt", "queued")]
        assert "暂停" not in office.text("receipt")

    def test_over_it_is_silent(self, office):
        listed = SuspensionList((Suspension(built.FIRM, valid_until=date(2026, 3, 11)),))
        office.files = {"suspended": lambda: listed}
        office.works(a_mail())
        assert office.case().case.state is CaseState.COMPLETE


class TestEngagements:
    """G19, E20, E21: what the ledger knows of the engineer."""

    def elsewhere(self, office):
        """An engagement on another project is on record."""
        for name in ALL:
            if "截图" in name:
                page = built.a_national_page if "全国" in name else built.a_municipal_page
                office.reader.sees[name] = page(project="渝西大道改建工程")
        office.reader.sees["承诺保证书.pdf"] = replace(
            a_signed_letter(), blanks=built.a_letter(project="渝西大道改建工程").blanks
        )
        office.works(a_mail())
        ended = {"expected": office.case().case.state, "state": CaseState.APPROVED}
        office.ledger.decide("ZJZD-2026-0001", "approve", actor=REVIEWER, **ended)
        office.reader.sees.clear()

    def test_a_second_project_while_one_is_open_is_a_doubt(self, office):
        self.elsewhere(office)
        office.works(a_mail(content="2"))
        assert office.found("ZJZD-2026-0002")["engagement_overlaps"] == "doubt"

    def test_an_update_that_the_ledger_does_not_know_is_a_note(self, office):
        office.works(a_mail(UPDATE))
        assert office.found().get("engagement_unknown") == "note"

    def test_an_update_of_the_engagement_on_record_says_nothing(self, office):
        office.works(a_mail())
        ended = {"expected": CaseState.COMPLETE, "state": CaseState.APPROVED}
        office.ledger.decide("ZJZD-2026-0001", "approve", actor=REVIEWER, **ended)
        office.works(a_mail(UPDATE, content="2"))
        assert not any(code.startswith("engagement") for code in office.found("ZJZD-2026-0002"))

    def test_without_a_ledger_nothing_is_said_of_them(self, office):
        raw = a_mail(UPDATE)
        mail = office.ledger.mail(office.receive(raw))
        with_ledger = office.examiner()
        alone = with_ledger.under(
            with_ledger.matters, {TRACK_BOX: frozenset({"engineer_track_record"})}, reader=office.reader, records=None
        )
        box = office.settings.mailbox_at(TRACK_BOX)
        examination = alone.examine(arrived(raw, TRACK_BOX, mail.arrived_at, receiver_of(box)))
        assert examination.submission.filing.action == "update"
        assert not any(one.code.startswith("engagement") for one in examination.verdict.findings)


class TestOpenSubject:
    """What the subject leaves open the letter's form may tell; it stays an assumption."""

    @pytest.mark.parametrize(("form", "by"), [("4-1-2", "engineer"), ("4-1-3", "firm")])
    def test_a_closing_without_submitter(self, office, form, by):
        office.reader.sees["承诺保证书.pdf"] = replace(a_signed_letter(), form=form)
        raw = a_mail(f"{built.ENGINEER}/{built.FIRM}/业绩登记截止")
        mail_id = office.receive(raw)
        mail = office.ledger.mail(mail_id)
        examination = _examined(office, raw, mail)
        assert (examination.submission.filing.submitted_by, examination.submission.filing_assumed) == (by, True)


class TestRouting:
    """D12, I24: city and district are asked apart where a map is loaded."""

    def routed(self, office, *projects, **more):
        office.files = {"projects": lambda: ProjectMap(projects)}
        return office.works(a_mail(**more))

    def test_a_district_project_is_sent_to_its_mailbox(self, office):
        entry = self.routed(office, (built.PROJECT, Authority("万州区", "wz@example.invalid")))
        assert entry.state is MailState.ANSWERED
        assert office.letters() == [("wrong_mailbox", "queued")]
        assert "wz@example.invalid" in office.text("wrong_mailbox")

    def test_a_district_without_a_known_mailbox_is_pointed_to_the_published_list(self, office):
        self.routed(office, (built.PROJECT, Authority("两江新区", None)))
        assert office.letters() == [("wrong_mailbox", "queued")]
        assert "联系我们" in office.text("wrong_mailbox")

    def test_a_city_project_is_right_here(self, office):
        self.routed(office, (built.PROJECT, Authority("市级", None)))
        assert office.case().case.state is CaseState.COMPLETE

    def test_a_project_that_the_map_does_not_know_is_a_doubt(self, office):
        self.routed(office, ("另一项目", Authority("市级", None)))
        assert office.found() == {"mailbox_wrong": "doubt"}

    def test_where_the_papers_name_no_project_nothing_is_asked(self, office):
        self.routed(office, ("另一项目", Authority("市级", None)), files=(CARD, PHOTO))
        assert "mailbox_wrong" not in office.found()

    def test_a_question_names_everybody_whom_the_circular_names(self, office):
        """G41–G43."""
        words = "请问需要提交哪些材料？"
        office.works(a_mail(words, body=words, files=()))
        for number in ("010-85113181", "0311-87899326", "17783468991", "023-62806051", "023-88317567", "1987672148"):
            assert number in office.text("question")


class TestLateness:
    """E22: twenty workdays after 进场 on 2026-03-02 end on 2026-03-30."""

    @pytest.mark.parametrize(
        ("shown", "found"),
        [
            pytest.param("2026-03-30", {}, id="exactly day 20"),
            pytest.param("2026-03-31", {"late_unexplained": "defect"}, id="late by one workday"),
        ],
    )
    def test_by_the_submission_that_the_page_shows(self, office, shown, found):
        office.reader.sees["全国系统截图.pdf"] = built.a_national_page(submitted_on=shown)
        office.on("2026-03-31").works(a_mail())
        assert office.found() == found
        assert office.clocks()["entry20"].due == date(2026, 3, 30)
        assert office.clocks()["entry20"].stopped_on == date.fromisoformat(shown)

    def test_an_entry_before_the_strict_day_is_never_late(self, office):
        old = date(2024, 6, 28)
        office.reader.sees["全国系统截图.pdf"] = built.a_national_page(
            started_on="2024-06-28", submitted_on="2026-03-12"
        )
        office.reader.sees["重庆系统截图.pdf"] = built.a_municipal_page(built.a_row(started=old))
        office.works(a_mail())
        assert "late_unexplained" not in office.found()


class TestLongCompleted:
    """E23, E24: sixty calendar days after 交工验收."""

    @pytest.mark.parametrize(
        ("received", "approved", "found"),
        [
            pytest.param("2026-05-06", False, {}, id="day 60"),
            pytest.param("2026-05-07", False, {"late_closed": "doubt"}, id="day 61"),
            pytest.param("2026-05-07", True, {}, id="day 61 with the authority's consent"),
        ],
    )
    def test_by_the_municipal_page(self, office, received, approved, found):
        office.reader.sees["全国系统截图.pdf"] = built.a_national_page(started_on="2026-04-20")
        office.reader.sees["重庆系统截图.pdf"] = built.a_municipal_page(
            built.a_row(started="2026-04-20"), completed_on="2026-03-07", state="已交工"
        )
        office.reader.sees["同意函.pdf"] = built.a_paper(DocumentKind.APPROVAL)
        office.on(received).works(a_mail(files=(*ALL, "同意函.pdf") if approved else ALL))
        assert office.found() == found
        clock = office.clocks()["cutoff60"]
        assert (clock.started_on, clock.due, clock.stopped_on) == (
            date(2026, 3, 7), date(2026, 5, 6), date.fromisoformat(received),
        )  # fmt: skip

    def test_handed_over_on_an_unknown_day_goes_to_a_person(self, office):
        office.reader.sees["重庆系统截图.pdf"] = built.a_municipal_page(state="已交工")
        office.works(a_mail())
        assert office.found() == {"late_closed": "doubt"}


def _examined(office, raw, mail):
    box = office.settings.mailbox_at(TRACK_BOX)
    return office.examiner().examine(arrived(raw, TRACK_BOX, mail.arrived_at, receiver_of(box)))
