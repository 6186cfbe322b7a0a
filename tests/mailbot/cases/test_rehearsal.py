"""预检: the same checks, the whole answer at once; no case, no clock, and nothing kept but a counter."""

from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entries import LetterState, MailState
from ledger.questions import CaseFilter
from mailbot.cases.examined import Arrived
from mailbot.cases.rehearsal import rehearsed
from mailbot.examination.verdict import Severity
from mailbot.office.accounts import receiver_of
from parsers.mail.read import read_message
from tests.builders_desk import DeskOffice, a_desk, a_doubtful_mail, dispatch, files_with, mails_of, text_of
from tests.builders_service import ADD, TRACK_BOX, a_mail

PREFIXES = ["预检/", "预检：", "预检:", "预检／", "【预检】", "Re: 预检/", "回复：【预检结果】预检/"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_prefix_falls_away_and_nothing_else_changes(prefix):
    raw, real = a_mail(prefix + ADD, identity="<a@b.invalid>"), a_mail(ADD, identity="<a@b.invalid>")
    assert rehearsed(read_message(raw)) == read_message(real)


@pytest.mark.parametrize("subject", [ADD, "关于预检的咨询", "预检", "咨询：预检/怎么写", ""])
def test_what_only_speaks_of_it_is_none(subject):
    assert rehearsed(read_message(a_mail(subject or " "))) is None


def records(office):
    cases = [case.number for case in office.ledger.cases(CaseFilter())]
    clocks = office.ledger.open_clocks()
    letters = [(one.id, one.letter.kind, one.letter.state) for one in office.ledger.letters()]
    return cases, clocks, [one for one in letters if one[1] != "rehearsal"]


def rehearse(office, raw):
    mail = office.receive(raw)
    office.casework().work(Event())
    return mail


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(PREFIXES), st.booleans(), st.booleans(), st.sampled_from(["pass", "none"]), st.integers(0, 5),
)  # fmt: skip
def test_cases_clocks_and_outbox_stay_as_they_were_but_for_the_answer(
    tmp_path_factory, prefix, doubtful, copied, authentication, missing
):
    with DeskOffice(tmp_path_factory.mktemp("office")) as office:
        rehearse(office, a_mail(sender="other@person.invalid", content="x"))
        before = records(office)
        more = {"cc": ("office@example.invalid",) if copied else (), "authentication": authentication}
        names = files_with("承诺保证书（印章不清）.pdf" if doubtful else "承诺保证书.pdf")
        rehearse(office, a_mail(prefix + ADD, files=names[:missing] + names[missing + 1 :], **more))
        assert records(office) == before
        assert len(mails_of(office, "rehearsal")) == 1


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(a_mail, id="all in order"),
        pytest.param(lambda subject: a_mail(subject, cc=()), id="a defect"),
        pytest.param(lambda subject: a_doubtful_mail(subject=subject, cc=()), id="a doubt and a defect"),
        pytest.param(lambda subject: a_mail(subject, files=()), id="no files"),
        pytest.param(lambda subject: a_mail(subject.replace("(本人提交)", "")), id="a wrong subject"),
    ],
)
def test_with_and_without_the_prefix_the_findings_are_the_same(tmp_path, mail):
    with DeskOffice(tmp_path) as office:
        box = office.settings.mailbox_at(TRACK_BOX)

        def findings(parsed, examiner):
            arrived = Arrived(parsed, TRACK_BOX, office.time, receiver_of(box))
            return [(one.code, one.severity, one.clause) for one in examiner.examine(arrived).verdict.findings]

        real = findings(read_message(mail(ADD)), office.examiner())
        assert findings(rehearsed(read_message(mail("预检/" + ADD))), office.examiner().rehearsing()) == real


def test_the_answer_holds_defects_doubts_and_the_right_subject(tmp_path):
    with DeskOffice(tmp_path) as office:
        rehearse(office, a_doubtful_mail(subject="预检/" + ADD.replace("(本人提交)", ""), cc=()))
        (mail,) = mails_of(office, "rehearsal")
        text = text_of(mail)
        assert "未以同一邮件同步发送" in text
        assert "【需人工核对】承诺保证书印章" in text
        assert f"“{ADD}”" in text
        assert "预检不作为申请" in text
        assert str(mail["Subject"]).startswith("【预检结果】")


def test_what_only_the_office_knows_is_not_told(tmp_path):
    with DeskOffice(tmp_path) as office:
        rehearse(office, a_mail("预检/" + ADD, authentication="fail"))
        (mail,) = mails_of(office, "rehearsal")
        examined = office.examiner().rehearsing().examine(
            Arrived(rehearsed(read_message(a_mail("预检/" + ADD, authentication="fail"))), TRACK_BOX, office.time,
                    receiver_of(office.settings.mailbox_at(TRACK_BOX)))
        ).verdict.of(Severity.DOUBT)  # fmt: skip
        assert {one.code for one in examined} == {"author_unauthenticated"}
        assert "须由审核人员结合登记资料核对" in text_of(mail)
        assert all(office.words.sentence(one.finding) not in text_of(mail) for one in examined)


def test_once_answered_nothing_is_kept_but_a_counter(tmp_path):
    with DeskOffice(tmp_path) as office:
        mail = rehearse(office, a_mail("预检/" + ADD))
        (letter,) = office.ledger.letters(LetterState.QUEUED)
        desk = a_desk(office)
        desk.work(Event())
        assert office.archive.exists(office.ledger.mail(mail).sha256)  # the answer has not left yet
        dispatch(office)
        desk.work(Event())
        entry = office.ledger.mail(mail)
        assert (entry.state, entry.subject, entry.author, entry.case_number) == (MailState.ANSWERED, "", None, None)
        assert not office.archive.exists(entry.sha256)
        assert not office.archive.exists(letter.letter.sha256)
        assert office.ledger.rehearsals() == 1
        desk.work(Event())
        assert office.ledger.rehearsals() == 1


def test_a_machine_is_not_answered(tmp_path):
    with DeskOffice(tmp_path) as office:
        rehearse(office, a_mail("预检/" + ADD, headers={"Auto-Submitted": "auto-replied"}))
        assert mails_of(office, "rehearsal") == []
