"""A reviewers' office lives through a working day: real IMAP, real SMTP, every word by reply from a mail program."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from email.message import EmailMessage
from functools import cached_property

import pytest

from ledger.entries import CaseState, Enterprise, LetterState, MailState
from ledger.office_time import OFFICE_TIME
from ledger.questions import CaseFilter
from tests.integration.correspondence import APPLICANTS, COMPLETE, CORRECTION, INFORMATION, RECEIPT, TRACK, Town
from tests.integration.mail_client import MailClient, text_of
from tests.integration.told_office import told_office
from tests.servers.postfix import AUTHSERV_ID, MailServers, missing_servers

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(missing_servers() is not None, reason=str(missing_servers())),
]

LI, ZHOU, WU = "li@desk.test", "zhou@quiet.test", "wu@desk.test"  # of 周's mail the server says nothing
WANG, CHEN = "wang@desk.test", "chen@desk.test"  # 吴's substitute, and the head
PEOPLE = (LI, ZHOU, WU, WANG, CHEN)
FORGED = "elsewhere.test"  # of whose senders the server says fail
FIRST, EVE = date(2026, 9, 3), date(2026, 9, 17)
DAY, AFTER = date(2026, 9, 18), date(2026, 9, 20)  # a Friday; the Sunday after it is worked
DAY_TOLD = "2026年9月18日"
CONFIG = """
[office]
name = "审核中心"
phone = "023-62806051"
[ledger]
[desk]
undo_minutes = 5
{boxes}
[[reviewer]]
name = "李审核"
address = "li@desk.test"
valid_from = 2026-01-01
substitute = "wang@desk.test"
[[reviewer]]
name = "周审核"
address = "zhou@quiet.test"
valid_from = 2026-01-01
[[reviewer]]
name = "吴审核"
address = "wu@desk.test"
valid_from = 2026-01-01
valid_until = 2026-09-17
substitute = "wang@desk.test"
[[reviewer]]
name = "王替补"
address = "wang@desk.test"
valid_from = 2026-01-01
[[reviewer]]
name = "陈科长"
address = "chen@desk.test"
valid_from = 2026-01-01
head = true
"""
BOX = """
[[mailbox]]
address = "{address}"
matters = [{matters}]
reviewers = [{reviewers}]
code = "{code}"
imap_host = "127.0.0.1"
imap_port = {servers.imap_port}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = {servers.smtp_port}
smtp_tls = "none"
folders = ["INBOX"]
password_env = "{code}"
authserv_id = "{authserv_id}"
"""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OFFICE_TIME)


@pytest.fixture(scope="module")
def servers():
    passing = {"firm.test": "pass", "desk.test": "pass", FORGED: "fail"}
    with MailServers(review=(INFORMATION, TRACK), others=(*APPLICANTS, *PEOPLE), results=passing) as running:
        yield running


@pytest.fixture(scope="module")
def office(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("working-day")
    boxes = (
        (INFORMATION, '"firm_information", "engineer_information"', f'"{LI}", "{WU}"', "JTGJ"),
        (TRACK, '"engineer_track_record", "firm_track_record"', f'"{LI}", "{ZHOU}"', "ZJZD"),
    )
    tables = "".join(
        BOX.format(address=address, matters=matters, reviewers=reviewers, code=code, servers=servers,
                   authserv_id=AUTHSERV_ID)
        for address, matters, reviewers, code in boxes
    )  # fmt: skip
    config = folder / "config.toml"
    config.write_text(CONFIG.format(boxes=tables), encoding="utf-8")
    passwords = {"JTGJ": servers.passwords[INFORMATION], "ZJZD": servers.passwords[TRACK]}
    with told_office(config, servers, passwords) as running:
        yield running


class Story:
    """Who writes what, and what has become of it; applications go by a name."""

    def __init__(self, office, servers) -> None:
        self.office, self.servers, self.ledger = office, servers, office.ledger
        self.town = Town(31)
        self.posts = {}
        self.people = {address: MailClient(servers, address) for address in PEOPLE}
        self._mailed = Counter()
        self._numbers = {}

    def arrive(self, **posts) -> None:
        """Applications lie in their mailboxes, and the service has worked them."""
        self.posts |= posts
        self.ledger.import_enterprises(
            [Enterprise(one.name, one.credit_identifier, one.contact_address, one.legal_representative.name)
             for one in self.town.firms],
            as_of=FIRST,
        )  # fmt: skip
        self.servers.submit_all([(post.raw, post.sender, post.recipients) for post in posts.values()])
        for post in posts.values():
            self._mailed.update(box for box in (INFORMATION, TRACK) if box in post.recipients)
        self.hear()

    def hear(self) -> None:
        """Everything submitted has come, and has been worked."""
        for box, count in self._mailed.items():
            self.servers.wait_for(box, count, seconds=60)
        self.office.turn()

    def says(self, who: str, name: str, words: str, **how: str) -> None:
        self.mails(who, name, words, **how)
        self.hear()

    def mails(self, who: str, name: str, words: str, **how: str) -> None:
        """As `says`; nobody has looked yet."""
        self._mailed[self.people[who].answer(self.number(name), words, **how)] += 1

    def number(self, name: str) -> str:
        if name not in self._numbers:
            identity = self.posts[name].identity
            found = (mail.case_number for mail in self.ledger.mails(*MailState) if mail.message_id == identity)
            self._numbers[name] = next(found)
        return self._numbers[name]

    def case(self, name: str):
        return self.ledger.case(self.number(name)).case

    def told(self, who: str, words: str) -> str:
        """The last mail to him with these words in its subject."""
        return text_of(self.people[who].mails(words)[-1])

    def letters(self, name: str) -> list[str]:
        """What applicant and enterprise found about that case in their mailboxes, in the order of sending."""
        return [str(mail["Subject"]).partition("】")[0] + "】" for mail in self._about(name)]

    def letter(self, name: str, tag: str) -> str:
        """The one letter of that kind."""
        (mail,) = [mail for mail in self._about(name) if str(mail["Subject"]).startswith(f"【{tag}】")]
        return text_of(mail)

    def _about(self, name: str) -> list[EmailMessage]:
        return [mail for mail in self._found if f"〔{self.number(name)}〕" in str(mail["Subject"])]

    @cached_property
    def _found(self) -> list[EmailMessage]:
        """Every applicant's mailbox when the day is over; a letter to two of them stands once."""
        mails = [mail for address in APPLICANTS for mail in MailClient(self.servers, address).mails("】")]
        found = {str(mail["Message-ID"]): mail for mail in mails}
        return sorted(found.values(), key=lambda mail: mail["Date"].datetime)

    def forged(self, post):
        """The same from a house that the receiving server does not believe: a person must look."""
        return replace(post, sender=f"x@{FORGED}")


@pytest.fixture(scope="module")
def played(office, servers):
    """Forty applications, the first two of days before; each step is one turn of the service."""
    story, town, clock = Story(office, servers), None, office.clock
    town = story.town

    town.now = at(FIRST, 9)
    clock.set(at(FIRST, 10))
    (overdue,) = town.drawn(COMPLETE)
    story.arrive(overdue=overdue)  # complete, and nobody will decide
    office.passes(hours=2)

    town.now = at(EVE, 9)
    clock.set(at(EVE, 10))
    story.arrive(engineer=story.forged(town.drawn_by_engineer(RECEIPT)))
    office.passes(minutes=4)
    story.says(LI, "engineer", "受理")
    story.says(LI, "engineer", "视频核验 未接通")
    office.passes(minutes=6)

    clock.set(at(DAY, 8, 31))
    office.turn()
    town.now = at(DAY, 9)
    clock.set(at(DAY, 9, 30))
    complete = {name: next(town.drawn(COMPLETE)) for name in ("approved", "fought", "undone")}
    doubted = {name: story.forged(_bare(town, RECEIPT)) for name in ("corrected", "reminded", "handed", "rejected")}
    plain = {f"plain{number}": _bare(town, CORRECTION) for number in range(30)}
    story.arrive(**complete, accepted=story.forged(next(town.drawn(RECEIPT))), **doubted, **plain)
    assert len(story.posts) == 40
    office.passes(minutes=4)

    story.says(LI, "approved", "不通过：冒用名义", envelope=f"li@{FORGED}")
    assert story.case("approved").state is CaseState.COMPLETE
    story.says(LI, "approved", "通过")
    story.says(WANG, "accepted", "受理")
    story.says(LI, "corrected", "补正\n1、手持身份证照片须本人手持证件正面\n（2）截图须含项目名称\n\n李审核")
    story.says(LI, "rejected", "不通过：在岗起始日期与重庆系统不一致\n原项目业绩登记尚未截止")

    story.says(LI, "handed", "转办 周审核")
    story.says(ZHOU, "handed", "补正：请一次补齐全部申请材料")
    assert story.case("handed").state is CaseState.REFERRED, "of 周's mail the server says nothing: he is asked"
    story.says(ZHOU, "handed", "确认")

    story.says(LI, "undone", "不通过：照片与证件不符")
    assert story.case("undone").state is CaseState.REJECTED
    story.says(LI, "undone", "撤销")
    story.says(LI, "undone", "备注：已电话核实")
    story.says(LI, "undone", "备注：人社查验=一致")
    story.says(LI, "undone", "查询")

    story.mails(LI, "fought", "通过")
    story.mails(WANG, "fought", "不通过：社保证明与企业不符")
    story.hear()

    story.says(LI, "engineer", "视频核验 未接通")
    story.says(LI, "engineer", "现场")
    story.says(LI, "engineer", f"复核完成 {DAY}")

    for words in ("受理", "提醒复核", "视频核验 通过", "通过"):
        story.says(LI, "reminded", words)
    office.passes(minutes=6)

    clock.set(at(AFTER, 8, 31))
    office.turn()
    return story


def _bare(town, answer):
    return replace(town.bare("业绩登记新增(本人提交)"), answer=answer)


STATES = {
    "overdue": CaseState.COMPLETE,
    "engineer": CaseState.ON_SITE,
    "approved": CaseState.APPROVED,
    "undone": CaseState.COMPLETE,
    "accepted": CaseState.COMPLETE,
    "corrected": CaseState.AWAITING_CORRECTION,
    "handed": CaseState.AWAITING_CORRECTION,
    "reminded": CaseState.APPROVED,
    "rejected": CaseState.REJECTED,
    **{f"plain{number}": CaseState.AWAITING_CORRECTION for number in range(30)},
}
LETTERS = {
    "overdue": ["【材料齐全】"],
    "engineer": ["【收件回执】", "【材料齐全】", "【现场办理】"],
    "approved": ["【材料齐全】", "【审核通过】"],
    "undone": ["【材料齐全】"],
    "accepted": ["【收件回执】", "【材料齐全】"],
    "corrected": ["【收件回执】", "【补正告知】"],
    "handed": ["【收件回执】", "【补正告知】"],
    "reminded": ["【收件回执】", "【材料齐全】", "【提醒企业复核】", "【审核通过】"],
    "rejected": ["【收件回执】", "【审核不通过】"],
    **{f"plain{number}": ["【补正告知】"] for number in range(30)},
}
DECIDED = {
    "engineer": ["complete", "call", "call", "on_site", "verified"],
    "approved": ["approve"],
    "undone": ["reject", "note", "check"],
    "accepted": ["complete"],
    "corrected": ["correct"],
    "handed": ["hand_over", "correct"],
    "reminded": ["complete", "remind", "call", "approve"],
    "rejected": ["reject"],
}


class TestTheLedger:
    def test_every_application_is_a_case_and_stands_where_the_words_have_put_it(self, played):
        assert played.ledger.count_cases() == 40
        assert {name: played.case(name).state for name in STATES} == STATES

    def test_of_two_conflicting_decisions_the_first_holds_and_the_other_is_told(self, played):
        state = played.case("fought").state
        assert state in (CaseState.APPROVED, CaseState.REJECTED)
        first, second = (("李审核", WANG), ("王替补", LI))[state is CaseState.REJECTED]
        told = played.told(second, f"【不能办理】{played.number('fought')}")
        assert f"{first}已于" in told or "以先作出的为准" in told
        assert played.letters("fought") == [
            "【材料齐全】",
            f"【{'审核通过' if state is CaseState.APPROVED else '审核不通过'}】",
        ]
        assert len(_decided(played, "fought")) == 1

    def test_what_people_found_out_is_on_record(self, played):
        steps = played.case("engineer").steps
        assert [day for name in steps if (day := name[5:15]) and name.startswith("call ")] == [str(EVE), str(DAY)]
        assert steps["verified_on"] == str(DAY)
        assert played.case("undone").steps["remark"] == "已电话核实"
        assert played.case("undone").steps["insurance_checked"] == "valid"
        assert played.case("reminded").steps["identity_result"] == "passed"
        assert played.case("handed").reviewer == ZHOU

    def test_the_overdue_case_is_the_one_that_nobody_has_decided(self, played):
        late = [case.number for case in played.ledger.cases(CaseFilter(overdue_on=DAY))]
        assert late == [played.number("overdue")]


class TestTheLetters:
    def test_each_applicant_found_what_was_decided_and_nothing_besides(self, played):
        assert {name: played.letters(name) for name in LETTERS} == LETTERS

    def test_none_waits_and_none_has_failed(self, played):
        states = Counter(entry.letter.state for entry in played.ledger.letters(limit=5000))
        assert set(states) == {LetterState.SENT, LetterState.CANCELLED}

    def test_the_correction_holds_the_bots_defects_and_the_reviewers_points(self, played):
        words = played.letter("corrected", "补正告知")
        assert "手持身份证照片须本人手持证件正面。" in words
        assert "截图须含项目名称。" in words
        assert "李审核" not in words

    def test_the_rejection_has_its_reasons_and_the_notice_its_calls(self, played):
        assert "一、在岗起始日期与重庆系统不一致。\n　　二、原项目业绩登记尚未截止。" in played.letter(
            "rejected", "审核不通过"
        )
        assert "共2次均未能联系" in played.letter("engineer", "现场办理")


class TestTheReviewers:
    def test_the_morning_tells_of_the_overdue_case(self, played):
        """李 and 吴's substitute as readers, the head because it is overdue; 吴 himself serves no more."""
        for who in (LI, WANG, CHEN):
            (reminder,) = [
                mail for mail in played.people[who].mails("【期限提醒】") if DAY_TOLD in str(mail["Subject"])
            ]
            assert "已超期（1件）" in text_of(reminder)
            assert played.number("overdue") in text_of(reminder)
        assert [mail for mail in played.people[WU].mails() if mail["Date"].datetime >= at(DAY, 0)] == []

    def test_the_digest_of_the_morning_after_counts_the_day(self, played):
        digest = played.told(LI, "【工作提示】")
        assert digest.startswith("【工作提示】2026年9月20日　超期1　今日到期0　三日内到期0")
        assert "9.17 四：收件1，退件0，办结0，超期1；9.18 五：收件38，退件32，办结4，超期0" in digest
        assert "新收 38" in digest
        assert "待核对 0　待确认发送 0　待复核或审核 3" in digest
        assert played.number("overdue") in digest.partition("已超期")[2].partition("材料齐全")[0]

    def test_each_word_had_its_transcript_with_the_very_letter(self, played):
        transcripts = [text_of(mail) for mail in played.people[LI].mails(f"【办理记录】{played.number('rejected')}")]
        (told,) = transcripts
        assert played.letter("rejected", "审核不通过").strip() in told

    def test_the_question_is_answered_with_the_history(self, played):
        told = played.told(LI, "【查询】")
        assert played.number("undone") in told
        assert "人社查验：一致（李审核，2026年9月18日）" in told
        assert "已电话核实" in told

    def test_who_pretends_to_be_a_reviewer_is_refused(self, played):
        assert any(alarm.key.startswith("decision_forged:") for alarm in played.ledger.alarms())


class TestTheAudit:
    def test_every_word_stands_in_it_in_its_order(self, played):
        assert {name: _decided(played, name) for name in DECIDED} == DECIDED
        assert [one.action for one in played.ledger.case(played.number("undone")).events].count("decision_undone") == 1

    def test_the_chain_holds_up_to_the_head_that_was_mailed(self, played):
        assert played.ledger.verify() == ()
        (told,) = re.findall(r"台账校验值：\d+-([0-9a-f]{64})", played.told(LI, "【工作提示】"))
        assert played.ledger.witnessed(told) is not None


def _decided(played, name):
    events = played.ledger.case(played.number(name)).events
    return [event.detail["decision"] for event in events if event.action == "decided"]
