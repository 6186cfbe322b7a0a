"""A recorded mail becomes a case, an answer or nothing, once, whatever dies when."""

from concurrent.futures import CancelledError
from email import message_from_bytes
from email.policy import default
from threading import Event

import pytest

from ledger.archive import Archive
from ledger.entries import CaseState, Enterprise, MailState
from ledger.errors import ArchiveError, Stale
from mailbot.isolation.child import Death, Died, IsolationFailed
from mailbot.reading.mails import Unparsed
from tests.builders_service import (
    ADD,
    ENGINEER,
    INFORMATION_BOX,
    OFFICE_OF_FIRM,
    TRACK_BOX,
    Office,
    PlainMails,
    a_mail,
    papers,
)
from tests.builders_submission import FIRM

OTHER_FIRM = Enterprise("重庆赵六工程监理有限公司", "915000000000000192", "other@example.invalid")


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path) as running:
        yield running


def worked(office, raw, **more):
    """One mail from its arrival to its end."""
    mail_id = office.receive(raw, **more)
    office.casework().work(Event())
    return office.ledger.mail(mail_id)


class TestWhatTheApplicantGets:
    """contract.md 2a, row by row."""

    @pytest.mark.parametrize(
        ("mail", "state", "letters"),
        [
            pytest.param({}, CaseState.COMPLETE, [("complete", "queued")], id="all papers are there"),
            pytest.param({"cc": ()}, CaseState.AWAITING_CORRECTION, [("correction", "queued")], id="firm not copied"),
            pytest.param(
                {"files": ("承诺保证书.pdf",)},
                CaseState.AWAITING_CORRECTION,
                [("correction", "queued")],
                id="papers are missing",
            ),
            pytest.param(
                {"authentication": "fail"}, CaseState.REFERRED, [("receipt", "queued")], id="a doubt and no defect"
            ),
            pytest.param(
                {"authentication": "fail", "cc": ()},
                CaseState.REFERRED,
                [("receipt", "queued"), ("correction", "held")],
                id="a doubt and a defect",
            ),
            pytest.param(
                {"subject": "请求领导关心监理人员待遇", "files": ()},
                CaseState.REFERRED,
                [("inquiry_receipt", "queued")],
                id="not understood",
            ),
            pytest.param(
                {"subject": "投诉审核不作为", "files": ()},
                CaseState.REFERRED,
                [("inquiry_receipt", "queued")],
                id="a complaint",
            ),
            pytest.param(
                {"subject": "渝东高速公路项目信息更新提醒", "files": (), "sender": "owner@owner.invalid"},
                CaseState.REFERRED,
                [("reminder_receipt", "queued")],
                id="the owner's reminder",
            ),
            pytest.param(
                {"subject": "申请撤回业绩登记申请", "files": ()},
                CaseState.REFERRED,
                [("withdrawal_receipt", "queued")],
                id="a withdrawal of nothing known",
            ),
        ],
    )
    def test_a_case_with_its_letter(self, office, mail, state, letters):
        entry = worked(office, a_mail(**mail))
        assert entry.state is MailState.FILED
        (case,) = office.ledger.cases()
        assert (case.number, case.state) == ("ZJZD-2026-0001", state)
        assert office.letters() == letters

    @pytest.mark.parametrize(
        ("mail", "state", "letters"),
        [
            pytest.param(
                {"to": INFORMATION_BOX}, MailState.ANSWERED, [("wrong_mailbox", "queued")], id="the wrong mailbox alone"
            ),
            pytest.param(
                {"subject": "请问业绩登记需要提交哪些材料？", "body": "请问需要提交哪些材料？", "files": ()},
                MailState.ANSWERED,
                [("question", "queued")],
                id="a question with a shipped answer",
            ),
            pytest.param(
                {"subject": "监理培训班", "files": (), "headers": {"Precedence": "bulk", "List-Id": "<a.b>"}},
                MailState.SET_ASIDE,
                [],
                id="a newsletter",
            ),
            pytest.param(
                {"subject": "自动回复：收到", "files": (), "headers": {"Auto-Submitted": "auto-replied"}},
                MailState.SET_ASIDE,
                [],
                id="an automatic reply",
            ),
            pytest.param(
                {"subject": "谢谢", "body": "收到，谢谢！", "files": ()}, MailState.SET_ASIDE, [], id="bare thanks"
            ),
        ],
    )
    def test_no_case(self, office, mail, state, letters):
        box = mail.get("to", TRACK_BOX)
        entry = worked(office, a_mail(**mail), mailbox=box)
        assert (entry.state, entry.case_number) == (state, None)
        assert list(office.ledger.cases()) == []
        assert office.letters() == letters

    def test_a_wrong_mailbox_with_another_defect_is_one_correction(self, office):
        worked(office, a_mail(to=INFORMATION_BOX, cc=()), mailbox=INFORMATION_BOX)
        assert office.letters() == [("correction", "queued")]

    def test_where_the_office_holds_letters_a_receipt_goes_at_once(self, tmp_path):
        with Office(tmp_path, feedback={"letters": {"complete": "hold"}}) as office:
            worked(office, a_mail())
            assert office.letters() == [("receipt", "queued"), ("complete", "held")]
            (case,) = office.ledger.cases()
            assert case.state is CaseState.REFERRED

    def test_one_mail_to_both_mailboxes_is_answered_by_the_right_one_alone(self, office):
        raw = a_mail(to=f"{INFORMATION_BOX}, {TRACK_BOX}")
        wrong = worked(office, raw, mailbox=INFORMATION_BOX)
        right = worked(office, raw, mailbox=TRACK_BOX)
        assert (wrong.state, right.state) == (MailState.ANSWERED, MailState.FILED)
        assert office.letters() == [("complete", "queued")]

    @pytest.mark.parametrize(
        "mail",
        [
            {"subject": "请问需要提交哪些材料？", "body": "请问需要提交哪些材料？", "files": ()},
            {"subject": "投诉审核不作为", "files": ()},
            {"subject": "渝东高速公路项目信息更新提醒", "files": ()},
        ],
        ids=["a question", "a complaint", "a reminder"],
    )
    def test_what_is_no_application_is_answered_once_though_both_mailboxes_got_it(self, office, mail):
        raw = a_mail(to=f"{INFORMATION_BOX}, {TRACK_BOX}", **mail)
        worked(office, raw, mailbox=INFORMATION_BOX)
        worked(office, raw, mailbox=TRACK_BOX)
        assert len(office.letters()) == 1
        assert len(list(office.ledger.cases())) <= 1


class TestTheLetter:
    def test_it_is_threaded_under_the_applicants_mail_and_marked_as_automatic(self, office):
        worked(
            office, a_mail(cc=(), identity="<first@person.invalid>", headers={"References": "<zero@person.invalid>"})
        )
        letter = message_from_bytes(office.raw_letter("correction"), policy=default)
        assert letter["In-Reply-To"] == "<first@person.invalid>"
        assert str(letter["References"]).split() == ["<zero@person.invalid>", "<first@person.invalid>"]
        assert (letter["Auto-Submitted"], letter["To"]) == ("auto-replied", ENGINEER)
        assert letter["From"].addresses[0].addr_spec == TRACK_BOX
        assert str(letter["Subject"]) == f"【补正告知】{ADD}〔ZJZD-2026-0001〕"
        assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]

    def test_it_names_every_defect_with_its_clause_and_the_office(self, office):
        worked(office, a_mail(cc=(), files=("承诺保证书.pdf",)))
        text = message_from_bytes(office.raw_letter("correction"), policy=default).get_body(("plain",)).get_content()
        for number in "一二三四五":
            assert f"　　{number}、" in text
        assert "　　六、" not in text
        assert "附件4第1.4.1条" in text
        assert "重庆市交通规划和技术发展中心" in text
        assert "2026年3月12日" in text
        assert "回复本邮件" in text


class TestDuplicates:
    def test_the_same_application_again_is_told_once_and_then_never(self, office):
        first = worked(office, a_mail())
        again = worked(office, a_mail())
        third = worked(office, a_mail())
        assert [one.state for one in (first, again, third)] == [
            MailState.FILED,
            MailState.DUPLICATE,
            MailState.DUPLICATE,
        ]
        assert {one.case_number for one in (again, third)} == {first.case_number}
        assert office.letters() == [("complete", "queued"), ("duplicate", "queued")]

    def test_other_files_are_another_submission_in_the_same_case(self, office):
        first = worked(office, a_mail(cc=()))
        again = worked(office, a_mail(content="better"))
        assert (again.state, again.case_number) == (MailState.FILED, first.case_number)
        assert office.letters() == [("correction", "queued"), ("complete", "queued")]


class TestReplies:
    def test_what_was_missing_comes_as_a_reply_and_makes_the_case_complete(self, office):
        first = worked(office, a_mail(files=("承诺保证书.pdf", "全国系统截图.pdf", "重庆系统截图.pdf")))
        letter = message_from_bytes(office.raw_letter("correction"), policy=default)
        reply = a_mail(
            f"回复：{letter['Subject']}",
            files=("身份证扫描件.pdf", "手持身份证.pdf"),
            headers={"In-Reply-To": letter["Message-ID"], "References": letter["Message-ID"]},
        )
        again = worked(office, reply)
        assert again.case_number == first.case_number
        (case,) = office.ledger.cases()
        assert case.state is CaseState.COMPLETE
        assert office.letters() == [("correction", "queued"), ("complete", "queued")]

    def test_a_stranger_who_quotes_the_number_does_not_touch_the_case(self, office):
        first = worked(office, a_mail(cc=()))
        letter = message_from_bytes(office.raw_letter("correction"), policy=default)
        forged = a_mail(
            f"申请撤回〔{first.case_number}〕",
            sender="stranger@elsewhere.invalid",
            files=(),
            headers={"In-Reply-To": letter["Message-ID"]},
        )
        entry = worked(office, forged)
        assert entry.case_number != first.case_number
        assert office.ledger.case(first.case_number).case.state is CaseState.AWAITING_CORRECTION

    def test_progress_is_told_to_the_applicant_alone(self, office):
        first = worked(office, a_mail(cc=()))
        asked = {"subject": f"进度查询 {first.case_number}", "body": "请问办理进度", "files": ()}
        own = worked(office, a_mail(**asked))
        stranger = worked(office, a_mail(sender="stranger@elsewhere.invalid", **asked))
        assert office.letters(own.id) == [("progress", "queued")]
        assert (
            "待申请人补正"
            in message_from_bytes(office.raw_letter("progress"), policy=default).get_body(("plain",)).get_content()
        )
        assert office.letters(stranger.id) == [("inquiry_receipt", "queued")]

    def test_a_withdrawal_of_an_own_case_is_received_and_left_to_a_person(self, office):
        first = worked(office, a_mail())
        second = worked(office, a_mail(f"申请撤回〔{first.case_number}〕", files=()))
        assert (second.state, second.case_number) == (MailState.ANSWERED, first.case_number)
        assert office.letters(second.id) == [("withdrawal_receipt", "queued")]


class TestMachines:
    def test_a_bounce_marks_the_letter_that_came_back(self, office):
        worked(office, a_mail(cc=()))
        (entry,) = office.ledger.letters()
        claimed = office.ledger.claim_letter("w", 60)
        office.ledger.mark_sent(entry.id, claimed.fence, "250 ok")
        bounce = (
            f"From: MAILER-DAEMON@person.invalid\r\nTo: {TRACK_BOX}\r\nSubject: Undelivered Mail\r\n"
            "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.person.invalid\r\n\r\n"
            f"Final-Recipient: rfc822; {ENGINEER}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: {TRACK_BOX}\r\nTo: {ENGINEER}\r\n"
            f"Message-ID: {entry.letter.message_id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
        )
        came = worked(office, bounce.encode())
        assert came.state is MailState.SET_ASIDE
        assert office.letters() == [("correction", "bounced")]

    def test_a_mail_over_the_limit_goes_to_a_person_with_a_receipt(self, office):
        entry = worked(office, a_mail().partition(b"\r\n\r\n")[0] + b"\r\n\r\n", whole=False)
        (case,) = office.ledger.cases()
        assert (entry.state, case.state) == (MailState.FILED, CaseState.REFERRED)
        assert [finding.evidence["why"] for finding in case.facts.findings] == ["too_large"]
        assert office.letters() == [("inquiry_receipt", "queued")]

    def test_a_mail_of_a_mailbox_that_is_no_longer_configured_waits_for_a_person(self, office):
        entry = worked(office, a_mail(), mailbox="gone@example.invalid")
        assert (entry.state, entry.reason) == (MailState.QUARANTINED, "mailbox_not_configured")


class Breaks:
    """An examiner with a bug that one mail finds."""

    def __init__(self, examiner, identity: str):
        self._examiner, self._identity = examiner, identity

    def examine(self, arrived):
        if arrived.parsed.message.message_id == self._identity:
            raise RuntimeError("a bug")
        return self._examiner.examine(arrived)

    def __getattr__(self, name):
        return getattr(self._examiner, name)


def test_a_mail_that_breaks_three_times_is_quarantined_and_the_others_go_on(office):
    bad = office.receive(a_mail(identity="<bad@person.invalid>"))
    good = [office.receive(a_mail(content=str(number), sender=f"p{number}@person.invalid")) for number in range(3)]
    casework = office.casework(examiner=Breaks(office.examiner(), "<bad@person.invalid>"))
    for _ in range(4):
        casework.work(Event())
        office.later(minutes=6)
    assert office.ledger.mail(bad).state is MailState.QUARANTINED
    assert {office.ledger.mail(one).state for one in good} == {MailState.FILED}
    assert office.letters(bad) == []


class Deadly(PlainMails):
    """Takes mails apart; the one of that subject kills its child."""

    def __init__(self, subject: str) -> None:
        self.subject, self.tries = subject, 0

    def read(self, mail):
        parsed = super().read(mail)
        if parsed.message.subject != self.subject:
            return parsed
        self.tries += 1
        raise Unparsed(Died(Death.CRASHED, "signal 11"))


def test_a_mail_that_kills_its_child_three_times_is_quarantined_with_the_reason_and_may_be_tried_again(tmp_path):
    mails = Deadly("kills")
    with Office(tmp_path, mails=mails) as office:
        bad = office.receive(a_mail("kills"))
        good = office.receive(a_mail(sender="other@person.invalid"))
        casework = office.casework()
        for _ in range(5):
            casework.work(Event())
            office.later(minutes=6)
        entry = office.ledger.mail(bad)
        assert (entry.state, entry.reason, mails.tries) == (MailState.QUARANTINED, "mail_crashed", 3)
        assert office.ledger.mail(good).state is MailState.FILED
        mails.subject = "another"
        office.ledger.retry_mail(bad)
        casework.work(Event())
        assert office.ledger.mail(bad).state in (MailState.FILED, MailState.ANSWERED)


class Stopped:
    """An examiner whose reader is closed, or finds no child to be had, while it reads."""

    def __init__(self, examiner, error):
        self._examiner, self._error = examiner, error

    def examine(self, arrived):
        raise self._error

    def __getattr__(self, name):
        return getattr(self._examiner, name)


@pytest.mark.parametrize("error", [CancelledError(), IsolationFailed("the nursery does not answer")])
def test_a_stop_or_a_machine_without_children_is_not_the_mails_fault(office, error):
    mail = office.receive(a_mail())
    casework = office.casework(examiner=Stopped(office.examiner(), error))
    for _ in range(5):
        casework.work(Event())
        office.later(minutes=6)
    assert office.ledger.mail(mail).state is MailState.RECORDED
    office.casework().work(Event())
    assert office.ledger.mail(mail).state is MailState.FILED


class SilentStore(Archive):
    """An archive whose store does not answer."""

    def open(self, sha256):
        raise ArchiveError("the store does not answer")


def test_a_store_that_does_not_answer_for_an_hour_puts_no_mail_aside(office):
    mail_id = office.receive(a_mail())
    cut_off = office.casework(archive=SilentStore(office.settings.ledger.archive))
    for _ in range(12):
        assert cut_off.work(Event()) == 1
        office.later(minutes=6)
    assert office.ledger.mail(mail_id).state is MailState.RECORDED
    office.casework().work(Event())
    assert office.ledger.mail(mail_id).state is MailState.FILED


class Killed(BaseException):
    """The process dies here."""


def test_workers_that_die_over_a_mail_are_told_of_until_one_lives(office):
    mail = office.receive(a_mail())
    deadly = office.casework(examiner=Stopped(office.examiner(), Killed()))
    standing = []
    for _ in range(5):
        with pytest.raises(Killed):
            deadly.work(Event())
        standing.append([alarm.key for alarm in office.ledger.alarms()])
        office.later(hours=1)
    assert standing == [[], [], [], *2 * [[f"mail_deadly:{TRACK_BOX}:{mail}"]]]
    assert office.ledger.mail(mail).state is MailState.RECORDED
    office.casework().work(Event())
    assert office.ledger.mail(mail).state is MailState.FILED
    assert office.ledger.alarms() == ()


class Mortal:
    """A ledger or archive whose caller dies before, or just after, the call of that number."""

    def __init__(self, inner, life):
        self._inner, self._life = inner, life

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*args, **kwargs):
            self._life.step()
            answer = found(*args, **kwargs)
            self._life.step()
            return answer

        return call


class Life:
    def __init__(self, steps):
        self.left, self.taken = steps, 0

    def step(self):
        if self.left == 0:
            raise Killed
        self.left -= 1
        self.taken += 1


def outcome(office):
    """Everything that must be the same however often the process died."""
    letters = sorted((one.letter.kind, one.letter.message_id, one.letter.subject) for one in office.ledger.letters())
    cases = [(case.number, case.state, case.rounds) for case in office.ledger.cases()]
    return letters, cases, office.ledger.mail_counts()


@pytest.mark.parametrize("mail", [{}, {"cc": (), "authentication": "fail"}], ids=["complete", "doubt and defect"])
def test_killed_anywhere_the_mail_is_worked_again_with_the_same_number_and_identity(tmp_path, mail):
    raw = a_mail(identity="<one@person.invalid>", **mail)

    def run(folder, steps):
        with Office(folder) as office:
            life = Life(steps)
            office.receive(raw)
            died = False
            try:
                office.casework(Mortal(office.ledger, life), Mortal(office.archive, life)).work(Event())
            except Killed:
                died = True
            office.later(minutes=1)  # the lease of the dead one is over
            office.casework().work(Event())
            return died, outcome(office), life.taken

    never, right, steps = run(tmp_path / "undisturbed", 10_000)
    assert not never
    assert steps > 10
    assert right[0]
    for number in range(steps):
        died, got, _ = run(tmp_path / str(number), number)
        assert died
        assert got == right, f"killed at step {number} of {steps}"


def test_who_has_lost_his_claim_writes_nothing(office):
    mail_id = office.receive(a_mail())
    slow = office.ledger.claim("slow", 1)
    office.later(seconds=40)
    office.casework().work(Event())
    before = outcome(office)
    office.casework().settle(slow)  # finds its fence gone
    assert outcome(office) == before
    with pytest.raises(Stale):
        office.ledger.quarantine(slow, "late")
    assert office.ledger.mail(mail_id).state is MailState.FILED


def test_it_stops_between_two_mails(office):
    for number in range(3):
        office.receive(a_mail(content=str(number)))
    stop = Event()
    stop.set()
    assert office.casework().work(stop) == 0
    assert office.ledger.mail_counts() == {MailState.RECORDED: 3}


def test_what_the_ledger_keeps_has_no_whole_number(office):
    worked(office, a_mail())
    (case,) = office.ledger.cases()
    assert "500103198808080007" not in repr(case)
    assert {document["kind"] for document in case.facts.documents} == {paper.kind.value for paper in papers().values()}
    assert (case.facts.firm, case.facts.project, case.facts.section) == (FIRM, "渝东高速公路", "JL1")


def test_another_firm_that_was_copied_is_named(tmp_path):
    from tests.builders_service import FIRM as ENTRY

    with Office(tmp_path, directory=(ENTRY, OTHER_FIRM)) as office:
        worked(office, a_mail(cc=(OTHER_FIRM.contact_address,)))
        (case,) = office.ledger.cases()
        (finding,) = case.facts.findings
        assert OTHER_FIRM.name in finding.message
        assert OFFICE_OF_FIRM not in finding.message
