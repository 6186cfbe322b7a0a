"""Each edge of the circular (E01–E40) has a mail and an outcome; the few that no mail shows have their event."""

from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from threading import Event as Stop
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from ledger.entries import CaseState, LetterState, MailState
from ledger.errors import Stale
from ledger.office_time import OFFICE_TIME
from mailbot.examination.clocks import Event, Happened, after
from mailbot.examination.command import Call, Command, Word, parse
from mailbot.examination.verdict import Outcome
from mailbot.office.roster import readers
from mailbot.office.suspension import Suspension, SuspensionList
from parsers.documents.commitment_letter import Choice
from parsers.documents.commitment_letter_alterations import Alteration, AlterationKind
from parsers.documents.document import DocumentKind, Mark, Presence
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import Fault
from tests import builders_submission as built
from tests.builders_service import REVIEWER, Enterprise, a_mail, papers, some_settings
from tests.builders_tnef import stream
from tests.edges.cases import (
    ADD,
    APPROVAL,
    CARD,
    CLOSE,
    CLOSE_BY_FIRM,
    ENGINEER,
    FIRM,
    HANDLER,
    INFORMATION_BOX,
    INSURANCE,
    LETTER,
    MUNICIPAL,
    NATIONAL,
    NOW,
    OFFICE_OF_FIRM,
    PHOTO,
    TRACK_BOX,
    UPDATE,
    a_certificate,
    a_firms_closing,
    a_firms_letter,
    a_letter,
    a_paper,
    an_engineers_closing,
    examined,
    from_the_firm,
    office_seeing,
    told,
)

ALL = tuple(papers())
JUNE = date(2026, 6, 24)
ABSENT, UNCLEAR = Mark(Presence.ABSENT, 1), Mark(Presence.UNCLEAR, 1)
ALTERED = Alteration(AlterationKind.CHANGED, "材料均真实有效", "材料大部分真实有效", "材料均真实有效", 1, None, True)


def without(*names):
    return tuple(name for name in ALL if name not in names)


def signed_with(mark):
    """The usual signatures, the first of them with this mark."""
    first, *others = a_letter().signatures
    return (replace(first, mark=mark), *others)


def zipped(name, data=b"x"):
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as box:
        box.writestr("[Content_Types].xml" if name.startswith("word/") else "x.txt", "x")
        box.writestr(name, data)
    return held.getvalue()


# --- one mail, one verdict -------------------------------------------------------------------------------------------

#: id, mail, what the reader sees, expected outcome, expected findings (code → severity)
MAILS = [
    pytest.param(
        a_mail(f"转发：{built.ENGINEER}／{built.FIRM}／业绩登记新增（本人提交） "),
        {},
        "complete",
        {"subject_deviates": "note"},
        id="E01 full-width signs and a prefix",
    ),
    pytest.param(
        a_mail(f"回复：Re: 《{built.ENGINEER}/{built.FIRM}/业绩登记新增(本人提交)》"),
        {},
        "complete",
        {"subject_deviates": "note"},
        id="E01 prefixes and title signs",
    ),
    pytest.param(
        a_mail(f"{built.ENGINEER}/{built.FIRM}/业绩登记新增(本人提交)20260312"),
        {},
        "complete",
        {"subject_deviates": "note"},
        id="E01 a date behind it",
    ),
    pytest.param(
        a_mail(f"{built.ENGINEER}/重庆不存在工程监理有限公司/业绩登记新增(本人提交)", content="x"),
        {},
        "referred",
        {"firm_unknown": "doubt", "firm_disagrees": "defect"},
        id="E03 a firm that the directory does not know",
    ),
    pytest.param(
        a_mail(sender=OFFICE_OF_FIRM, cc=()), {}, "complete", {"author_is_firm": "note"}, id="E04 本人提交 by the firm"
    ),
    pytest.param(a_mail(cc=()), {}, "correction", {"firm_not_copied": "defect"}, id="E05 密送 cannot be seen"),
    pytest.param(
        a_mail(sender="0ffice@example.invalid", cc=()),
        {},
        "referred",
        {"author_ambiguous": "doubt", "firm_not_copied": "defect"},
        id="E07 a look-alike of the firm's address",
    ),
    pytest.param(
        a_mail(sender=f'"{OFFICE_OF_FIRM}" <someone@person.invalid>', cc=()),
        {},
        "referred",
        {"author_ambiguous": "doubt", "firm_not_copied": "defect"},
        id="E07 another's address as display name",
    ),
    pytest.param(
        a_mail(authentication="fail"), {}, "referred", {"author_unauthenticated": "doubt"}, id="E07 DKIM fails"
    ),
    pytest.param(a_mail(files=()), {}, "correction", {"attachments_missing": "defect"}, id="E15 nothing attached"),
    pytest.param(
        a_mail(), {LETTER: a_letter(seal=ABSENT)}, "correction", {"letter_seal_missing": "defect"}, id="E16 no seal"
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(seal=replace(UNCLEAR, why="grey"))},
        "referred",
        {"letter_seal_unclear": "doubt"},
        id="E16 a grey scan has lost the seal",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(alterations=(ALTERED,))},
        "correction",
        {"letter_altered": "defect"},
        id="E16 wording changed",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(dated=Presence.ABSENT, day=None)},
        "correction",
        {"letter_undated": "defect"},
        id="E16 undated",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(day=date(2026, 3, 20))},
        "referred",
        {"letter_dated_after_receipt": "doubt"},
        id="E16 dated later than the mail",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_firms_letter(day=date(2026, 3, 9))},
        "correction",
        {"letter_wrong_form": "defect"},
        id="E16 another annex",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(signatures=signed_with(replace(UNCLEAR, why="stamp")))},
        "referred",
        {"letter_signature_unclear": "doubt"},
        id="E16 a signature stamp (签名章)",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(signatures=signed_with(replace(UNCLEAR, why="typed")))},
        "referred",
        {"letter_signature_unclear": "doubt"},
        id="E16 typed",
    ),
    pytest.param(
        a_mail(),
        {LETTER: a_letter(signatures=signed_with(ABSENT))},
        "correction",
        {"letter_signature_missing": "defect"},
        id="E16 not signed",
    ),
    pytest.param(
        a_mail(),
        {CARD: built.a_card(citizen_id="500103198808080008"), PHOTO: papers()[PHOTO]},
        None,
        {"identifier_invalid": "defect"},
        id="E19 a number that cannot be",
    ),
    pytest.param(
        a_mail(f"{built.ENGINEER}/{built.FIRM}/业绩登记新增、截止(本人提交)"),
        {},
        None,
        {"subject_malformed": "defect"},
        id="E29 附件4: one mail for each action",
    ),
    pytest.param(
        a_mail(),
        {
            CARD: replace(built.a_card(), valid_until=built.read("2025-01-01")),
        },
        "referred",
        {"id_card_expired": "doubt"},
        id="E19 a card that has expired",
    ),
    pytest.param(
        a_mail(),
        {CARD: built.a_card(citizen_id=built.OTHER_ID), PHOTO: papers()[PHOTO]},
        "correction",
        {"citizen_id_disagrees": "defect"},
        id="E19 another number on the card",
    ),
    pytest.param(
        a_mail(),
        {PHOTO: replace(papers()[PHOTO], person=UNCLEAR)},
        "referred",
        {"card_in_hand_photo_missing": "doubt"},
        id="E19 whose face it is a person decides",
    ),
    pytest.param(
        a_mail(f"{built.ENGINEER}、李四/{built.FIRM}/业绩登记新增(本人提交)"),
        {},
        None,
        {"subject_malformed": "defect"},
        id="E29 附件4: one mail for each engineer",
    ),
]


@pytest.mark.parametrize(("raw", "seen", "outcome", "findings"), MAILS)
def test_a_mail_and_its_outcome(tmp_path, raw, seen, outcome, findings):
    with office_seeing(tmp_path, seen) as office:
        examination = examined(office, raw)
    found = told(examination)
    assert {code: found.get(code) for code in findings} == findings
    if outcome:
        assert examination.verdict.outcome.value == outcome
        assert set(found) <= set(findings)


@pytest.mark.parametrize("event", ["业绩登记截止申请(企业提交)", "业绩登记截止(企业提交)"])
def test_e02_both_subjects_of_the_enterprise_are_right(tmp_path, event):
    seen = a_firms_closing()
    with office_seeing(tmp_path, seen) as office:
        raw = from_the_firm(f"{built.ENGINEER}/{built.FIRM}/{event}", seen)
        examination = examined(office, raw, received=JUNE)
    assert told(examination) == {}
    assert examination.verdict.outcome is Outcome.COMPLETE


@pytest.mark.parametrize(
    ("engineer", "firm"),
    [
        pytest.param("阿依古丽·买买提", "重庆A/B工程监理有限公司", id="E03 a dot, and a stroke within the name"),
        pytest.param("钱𬭚", "重庆王五（集团）监理有限公司", id="E03 a rare character and brackets"),
    ],
)
def test_names_with_signs_of_their_own(tmp_path, engineer, firm):
    known = Enterprise(firm, built.CREDIT, OFFICE_OF_FIRM)
    with office_seeing(tmp_path, directory=(known,)) as office:
        verdict = examined(office, a_mail(f"{engineer}/{firm}/业绩登记新增(本人提交)")).verdict
    assert (verdict.engineer, verdict.firm) == (engineer, firm)
    assert "subject_malformed" not in {one.code for one in verdict.findings}


def test_e03_a_former_name_in_the_subject_is_shown_to_a_person(tmp_path):
    """The case is the enterprise's all the same, and the line told as right has its name of today."""
    renamed = replace(FIRM, former_names=("重庆旧名监理有限公司",))
    with office_seeing(tmp_path, directory=(renamed,)) as office:
        examination = examined(office, a_mail(ADD.replace(FIRM.name, "重庆旧名监理有限公司")))
        assert examination.verdict.firm == FIRM.name
        assert told(examination) == {"firm_disagrees": "doubt"}
        malformed = a_mail(f"{built.ENGINEER}-重庆旧名监理有限公司-业绩登记新增(本人提交)")
        assert examined(office, malformed).subject.expected == (ADD,)
        first = work(office, a_mail(files=without(CARD)))
        again = work(office, a_mail(ADD.replace(FIRM.name, "重庆旧名监理有限公司"), content="new"))
        assert again.case_number == first.case_number


def test_e04_a_firms_filing_from_a_private_mailbox(tmp_path):
    seen = a_firms_closing()
    with office_seeing(tmp_path, seen) as office:
        office.ledger.import_enterprises((FIRM,), as_of=date(2026, 6, 20))
        raw = from_the_firm(CLOSE_BY_FIRM, seen, sender="someone@person.invalid")
        assert told(examined(office, raw, received=JUNE)) == {"author_not_registered": "defect"}


def test_e05_a_second_mail_to_the_enterprise_is_no_copy(tmp_path):
    """What it was sent besides, the office cannot see; the answer to the correction, copied, completes the case."""
    with office_seeing(tmp_path) as office:
        first = work(office, a_mail(cc=(), identity="<one@person.invalid>"))
        assert office.ledger.case(first.case_number).case.state is CaseState.AWAITING_CORRECTION
        assert "firm_not_copied" in {one.code for one in office.ledger.case(first.case_number).case.facts.findings}
        ours = next(entry.letter.message_id for entry in office.ledger.letters())
        work(office, a_mail(f"回复：{ADD}", files=(CARD,), headers={"In-Reply-To": ours, "References": ours}))
        assert office.ledger.case(first.case_number).case.state is CaseState.COMPLETE


def test_e06_an_address_that_was_replaced_yesterday(tmp_path):
    with office_seeing(tmp_path) as office:
        office.ledger.import_enterprises(
            (replace(FIRM, contact_address="new@example.invalid"),), as_of=date(2026, 3, 11)
        )
        old, new = a_mail(), a_mail(cc=("new@example.invalid",))
        assert told(examined(office, old)) == {"firm_not_copied": "doubt"}
        assert told(examined(office, new)) == {}
        assert told(examined(office, old, received=date(2026, 3, 10))) == {}


@pytest.mark.parametrize(
    ("files", "seen", "findings"),
    [
        pytest.param(
            {"承诺保证书.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600},
            {},
            "attachment_format",
            id="E13 doc",
        ),
        pytest.param(
            {"扫描.png": b"\x89PNG\r\n\x1a\n" + b"0" * 64}, {"扫描.png": a_letter()}, "attachment_format", id="E13 png"
        ),
        pytest.param({"扫描.heic": b"\0\0\0\x18ftypheic" + b"0" * 64}, {}, "attachment_format", id="E13 heic"),
        pytest.param({"承诺保证书.docx": zipped("word/document.xml")}, {}, "attachment_format", id="E13 docx"),
        pytest.param({"材料.zip": zipped("承诺保证书.pdf")}, {}, "attachment_format", id="E13 zip"),
        pytest.param({"材料.rar": b"Rar!\x1a\x07\x01\0" + b"0" * 64}, {}, "attachment_format", id="E13 rar"),
        pytest.param({"空.pdf": b""}, {}, "attachment_unreadable", id="E13 0 byte"),
        pytest.param(
            {"密.pdf": b"%PDF-1.4 x"}, {"密.pdf": Fault.ENCRYPTED}, "attachment_unreadable", id="E13 password"
        ),
    ],
)
def test_files_that_cannot_be_taken(tmp_path, files, seen, findings):
    """The letter is in such a file: one named reason, and the letter is not called missing besides."""
    with office_seeing(tmp_path, seen) as office:
        raw = with_files(a_mail(files=without(LETTER)), files)
        found = told(examined(office, raw))
    assert found == {findings: "defect"}


def test_e13_an_ofd_is_no_defect_before_a_person_has_looked(tmp_path):
    """The circular names PDF and pictures; OFD is the state's own format, which some 社保 sites give."""
    with office_seeing(tmp_path, {"承诺保证书.ofd": Fault.UNSUPPORTED}) as office:
        raw = with_files(a_mail(files=without(LETTER)), {"承诺保证书.ofd": zipped("OFD.xml")})
        examination = examined(office, raw)
    assert told(examination) == {"attachment_format": "doubt"}
    assert examination.verdict.outcome is Outcome.REFERRED


def test_e13_one_pdf_with_everything(tmp_path):
    with office_seeing(tmp_path, {"全部材料.pdf": tuple(papers().values())}) as office:
        examination = examined(office, a_mail(files=("全部材料.pdf",)))
    assert told(examination) == {}
    assert examination.verdict.outcome is Outcome.COMPLETE


def test_e14_a_link_is_no_attachment(tmp_path):
    link = "https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=1"
    body = f"从网易邮箱发来的超大附件\n承诺保证书.pdf (35.6M, 2026年4月1日 10:00 到期)\n{link}"
    with office_seeing(tmp_path) as office:
        examination = examined(office, a_mail(files=(), body=body))
    assert told(examination) == {"attachment_linked": "defect"}


def test_e15_pictures_pasted_into_the_text_are_counted_and_noted(tmp_path):
    raw = pasted(a_mail(files=without(CARD)), "image1.jpg", b"\xff\xd8\xff\xe0" + b"0" * 30_000)
    with office_seeing(tmp_path, {"image1.jpg": built.a_card()}) as office:
        examination = examined(office, raw)
    assert told(examination) == {"attachment_inline": "note"}
    assert examination.verdict.outcome is Outcome.COMPLETE


def test_e15_what_outlook_packs_into_winmail_is_unpacked(tmp_path):
    with office_seeing(tmp_path, {"身份证件.pdf": built.a_card()}) as office:
        packed = stream(long_name="身份证件.pdf", data=b"%PDF-1.4 card")
        examination = examined(office, with_files(a_mail(files=without(CARD)), {"winmail.dat": packed}))
    assert "id_card_missing" not in told(examination)
    assert examination.verdict.outcome is Outcome.COMPLETE


@pytest.mark.parametrize(
    ("certificate", "findings"),
    [
        pytest.param(a_certificate("2026-04", "2026-05"), {"insurance_too_short": "defect"}, id="E17 two months"),
        pytest.param(a_certificate("2026-02", "2026-03", "2026-05"), {"insurance_too_short": "doubt"}, id="E17 a gap"),
        pytest.param(
            a_certificate(employer="重庆别家工程咨询有限公司"),
            {"insurance_wrong_employer": "defect"},
            id="E17 employer",
        ),
        pytest.param(
            a_certificate(person="周别人", citizen_id="500228197911300002"),
            {"insurance_wrong_person": "defect"},
            id="E17 another person",
        ),
        pytest.param(
            a_certificate(printed_on=built.read("2025-12-01")), {"insurance_outdated": "doubt"}, id="E17 an old one"
        ),
        pytest.param(
            a_certificate(
                title=Title(Variety.OTHER_PROVINCE, "成都市社会保险个人参保证明", certain=True, place="成都市")
            ),
            {"insurance_wrong_kind": "defect"},
            id="E17 another city",
        ),
    ],
)
def test_certificates_of_insurance(tmp_path, certificate, findings):
    seen = a_firms_closing(**{INSURANCE: certificate})
    with office_seeing(tmp_path, seen) as office:
        assert told(examined(office, from_the_firm(CLOSE_BY_FIRM, seen), received=JUNE)) == findings


def test_e18_the_handler_may_be_the_legal_representative(tmp_path):
    blanks = built.a_letter(
        "4-1-3", handler="钱伯年", handler_id=built.OTHER_ID, legal_representative_id=built.OTHER_ID
    ).blanks
    letter = a_firms_letter(day=date(2026, 6, 20), blanks=blanks)
    seen = a_firms_closing(**{LETTER: letter, INSURANCE: a_certificate(person="钱伯年")})
    with office_seeing(tmp_path, seen) as office:
        assert told(examined(office, from_the_firm(CLOSE_BY_FIRM, seen), received=JUNE)) == {}


def test_e18_a_handler_of_two_enterprises_is_shown_to_a_person(tmp_path):
    """Its own again is nothing, and the other enterprise is not named to this one."""
    other = Enterprise("重庆别家工程咨询有限公司", "915000000000000192", "other@firm.invalid")
    with office_seeing(tmp_path, a_firms_closing(), directory=(FIRM, other)) as office:
        office.time = datetime(2026, 6, 24, 10, tzinfo=OFFICE_TIME)
        work(office, from_the_firm(CLOSE_BY_FIRM, a_firms_closing()))
        again = from_the_firm(CLOSE_BY_FIRM.replace(built.ENGINEER, "李四"), a_firms_closing(), content="a")
        assert "handler_of_two_firms" not in told(examined(office, again, received=JUNE))
        letter = a_firms_letter(
            day=date(2026, 6, 20),
            blanks=built.a_letter("4-1-3", firm=other.name, handler=HANDLER, handler_id=built.OTHER_ID).blanks,
        )
        office.reader.files = a_firms_closing(**{LETTER: letter, INSURANCE: a_certificate(employer=other.name)})
        raw = from_the_firm(
            CLOSE_BY_FIRM.replace(built.FIRM, other.name), a_firms_closing(), sender="other@firm.invalid", content="o"
        )
        assert told(examined(office, raw, received=JUNE))["handler_of_two_firms"] == "doubt"
        office.time = datetime(2026, 6, 25, 10, tzinfo=OFFICE_TIME)
        work(office, raw)
        assert FIRM.name not in plain(office.raw_letter("receipt"))
        (case, _) = sorted(office.ledger.cases(), key=lambda one: one.number)
        assert HANDLER not in str(case.facts.handler_key)
        assert len(case.facts.handler_key) == 64


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param(
            datetime(2026, 3, 12, 23, 59, tzinfo=OFFICE_TIME), date(2026, 3, 26), id="E11 a minute to midnight"
        ),
        pytest.param(datetime(2026, 3, 12, 16, 30, tzinfo=OFFICE_TIME), date(2026, 3, 26), id="E11 after hours"),
        pytest.param(datetime(2026, 3, 14, 9, 0, tzinfo=OFFICE_TIME), date(2026, 3, 27), id="E11 a Saturday"),
        pytest.param(datetime(2026, 9, 20, 9, 0, tzinfo=OFFICE_TIME), date(2026, 10, 10), id="E11 a make-up Sunday"),
        pytest.param(datetime(2026, 2, 9, 9, 0, tzinfo=OFFICE_TIME), date(2026, 2, 28), id="E12 over 春节"),
        pytest.param(datetime(2026, 9, 18, 9, 0, tzinfo=OFFICE_TIME), date(2026, 10, 9), id="E12 over 国庆"),
    ],
)
def test_the_day_of_receipt_is_the_servers_and_not_counted(tmp_path, received, due):
    """The mail's own Date header says something else each time."""
    with office_seeing(tmp_path) as office:
        examination = examined(office, a_mail(), received=received)
    assert examination.verdict.feedback_clock.due == due


def test_e12_a_year_that_is_not_published_gives_bounds(tmp_path):
    with office_seeing(tmp_path) as office:
        clock = examined(office, a_mail(), received=date(2026, 12, 25)).verdict.feedback_clock
    assert clock.due is None
    assert date(2027, 1, 1) < clock.earliest < clock.latest < date(2027, 1, 31)


@pytest.mark.parametrize(
    ("started", "received", "shown", "findings"),
    [
        pytest.param(date(2026, 2, 13), date(2026, 3, 19), None, {}, id="E22 exactly day 20"),
        pytest.param(date(2026, 2, 13), date(2026, 3, 20), None, {"late_unexplained": "doubt"}, id="E22 one day late"),
        pytest.param(
            date(2026, 2, 13),
            date(2026, 3, 20),
            "2026-03-20",
            {"late_unexplained": "defect"},
            id="E22 the page shows it late",
        ),
        pytest.param(date(2024, 6, 28), date(2026, 3, 20), "2026-03-20", {}, id="E22 before 2024-07-01"),
    ],
)
def test_lateness(tmp_path, started, received, shown, findings):
    seen = {
        NATIONAL: built.a_national_page(started_on=started.isoformat(), submitted_on=shown),
        MUNICIPAL: built.a_municipal_page(built.a_row(started=started)),
    }
    with office_seeing(tmp_path, seen) as office:
        assert told(examined(office, a_mail(), received=received)) == findings


@pytest.mark.parametrize(
    ("page", "consent", "findings"),
    [
        pytest.param({"completed_on": "2026-01-12"}, False, {}, id="E23 the sixtieth day"),
        pytest.param({"completed_on": "2026-01-09"}, False, {"late_closed": "doubt"}, id="E23 later"),
        pytest.param({"completed_on": "2026-01-09"}, True, {}, id="E23 with the authority's consent"),
        pytest.param({"state": "已交工"}, False, {"late_closed": "doubt"}, id="E24 handed over, but when is not shown"),
    ],
)
def test_sixty_days_after_completion(tmp_path, page, consent, findings):
    seen = {MUNICIPAL: built.a_municipal_page(**page), APPROVAL: a_paper(DocumentKind.APPROVAL)}
    files = ALL + ((APPROVAL,) if consent else ())
    with office_seeing(tmp_path, seen) as office:
        assert told(examined(office, a_mail(files=files), received=date(2026, 3, 13))) == findings


@pytest.mark.parametrize(
    ("done", "stopped"),
    [
        pytest.param(date(2026, 3, 26), True, id="E26 on day 10"),
        pytest.param(date(2026, 3, 27), False, id="E26 on day 11"),
    ],
)
def test_the_enterprises_ten_workdays(done, stopped):
    """The mail of 2026-03-12 was copied to it: 复核 is due on 2026-03-26."""
    matter = built.matters()["engineer_track_record"]
    filing = next(one for one in matter.filings if (one.action, one.submitted_by) == ("close", "engineer"))
    events = [Happened(Event.RECEIVED, NOW.date()), Happened(Event.COPIED, NOW.date()), Happened(Event.VERIFIED, done)]
    clocks = {one.id: one for one in after(events, matter=matter, filing=filing, calendar=built.calendar())}
    clock = clocks["enterprise10"]
    assert clock.due == date(2026, 3, 26)
    assert (clock.stopped_on <= clock.due) is stopped


# --- what the ledger knows -------------------------------------------------------------------------------------------


def work(office, raw, *, mailbox=TRACK_BOX):
    office.later(minutes=1)
    mail = office.receive(raw, mailbox=mailbox)
    office.casework().work(Stop())
    return office.ledger.mail(mail)


def test_e08_a_reply_with_only_the_missing_paper(tmp_path):
    with office_seeing(tmp_path) as office:
        first = work(office, a_mail(files=without(CARD), identity="<first@person.invalid>"))
        ours = next(entry.letter.message_id for entry in office.ledger.letters())
        reply = a_mail(f"回复：{ADD}", files=(CARD,), headers={"In-Reply-To": ours, "References": ours})
        second = work(office, reply)
        assert second.case_number == first.case_number
        assert office.ledger.case(first.case_number).case.state is CaseState.COMPLETE


def test_e09_again_unchanged_and_to_both_mailboxes(tmp_path):
    with office_seeing(tmp_path) as office:
        mail = a_mail(to=f"{TRACK_BOX}, {INFORMATION_BOX}")
        first = work(office, mail)
        other = work(office, mail, mailbox=INFORMATION_BOX)
        again = work(office, a_mail())
        assert (first.state, other.state, again.state) == (MailState.FILED, MailState.ANSWERED, MailState.DUPLICATE)
        assert [kind for kind, _ in office.letters()] == ["complete", "duplicate"]
        assert len(list(office.ledger.cases())) == 1


def test_e09_the_same_message_id_again_is_one_application(tmp_path):
    with office_seeing(tmp_path) as office:
        mail = a_mail(identity="<same@person.invalid>")
        first = work(office, mail)
        again = work(office, b"X-Resent-By: a gateway\r\n" + mail)
        assert (again.state, again.case_number) == (MailState.DUPLICATE, first.case_number)
        assert len(list(office.ledger.cases())) == 1


def test_e09_a_full_resubmission_stays_in_its_case(tmp_path):
    with office_seeing(tmp_path) as office:
        first, second = work(office, a_mail(files=without(CARD))), work(office, a_mail(content="new"))
        assert first.case_number == second.case_number
        assert office.ledger.case(first.case_number).case.state is CaseState.COMPLETE


def test_e10_the_wrong_one_of_two_alike_mailboxes(tmp_path):
    with office_seeing(tmp_path) as office:
        mail = a_mail(to=INFORMATION_BOX)
        verdict = examined(office, mail, mailbox=INFORMATION_BOX).verdict
        work(office, mail, mailbox=INFORMATION_BOX)
        assert verdict.clocks == ()
        assert office.letters() == [("wrong_mailbox", "queued")]
        assert TRACK_BOX in plain(office.raw_letter("wrong_mailbox"))


def test_e20_another_project_is_still_open(tmp_path):
    other = {
        NATIONAL: built.a_national_page(project="城口至巫溪高速公路"),
        MUNICIPAL: built.a_municipal_page(project="城口至巫溪高速公路"),
        LETTER: a_letter(blanks=built.a_letter(project="城口至巫溪高速公路").blanks),
    }
    with office_seeing(tmp_path, severities={"letter_signature_repeated": "note"}) as office:
        work(office, a_mail())
        office.reader.files = other
        examination = examined(office, a_mail(content="other"))
        assert told(examination)["engagement_overlaps"] == "doubt"
        work(office, a_mail(content="other"))
        assert built.PROJECT not in plain(office.raw_letter("receipt"))


def test_e21_an_update_of_what_the_ledger_does_not_know_is_noted(tmp_path):
    with office_seeing(tmp_path, {LETTER: a_letter(action=Choice.UPDATE)}) as office:
        examination = examined(office, a_mail(UPDATE))
    codes = {one.code: one.severity.value for one in examination.verdict.findings}
    assert codes == {"engagement_unknown": "note"}
    assert examination.verdict.outcome is Outcome.COMPLETE


@pytest.mark.parametrize(
    ("seen", "code", "severity"),
    [
        pytest.param(
            an_engineers_closing(ended=date(2026, 2, 1)), "dates_out_of_order", "defect", id="E21 before start"
        ),
        pytest.param(an_engineers_closing(ended=date(2027, 12, 31)), "end_date_in_future", "defect", id="E21 not yet"),
    ],
)
def test_ends_that_cannot_be(tmp_path, seen, code, severity):
    with office_seeing(tmp_path, seen) as office:
        assert told(examined(office, a_mail(CLOSE), received=date(2026, 5, 20)))[code] == severity


def test_e25_engineer_and_enterprise_both_file_the_end(tmp_path):
    """Both wait for a person, who lets the first complete one count."""
    seen = an_engineers_closing()
    with office_seeing(tmp_path, seen) as office:
        office.time = datetime(2026, 5, 20, 10, tzinfo=OFFICE_TIME)
        own = work(office, a_mail(CLOSE))
        office.reader.files = a_firms_closing()
        office.time = datetime(2026, 6, 24, 10, tzinfo=OFFICE_TIME)
        raw = from_the_firm(CLOSE_BY_FIRM, a_firms_closing())
        assert told(examined(office, raw, received=JUNE))["filed_from_both_sides"] == "doubt"
        firms = work(office, raw)
        assert own.case_number != firms.case_number
        assert office.ledger.case(firms.case_number).case.state is CaseState.REFERRED


@pytest.mark.parametrize("word", ["撤回业绩登记申请", "申请撤回"])
def test_e28_a_withdrawal_is_received_and_left_to_a_person(tmp_path, word):
    with office_seeing(tmp_path) as office:
        work(office, a_mail(files=without(CARD)))
        mail = work(office, a_mail(f"{word}", files=(), body="现申请撤回本次业绩登记申请。"))
        assert mail.state in (MailState.FILED, MailState.ANSWERED)
        assert ("withdrawal_receipt", "queued") in office.letters()


def test_e28_an_objection_goes_to_a_person(tmp_path):
    with office_seeing(tmp_path) as office:
        body = "我司对该业绩登记有异议，未经我司同意。"
        verdict = examined(office, a_mail("异议", sender=OFFICE_OF_FIRM, cc=(), files=(), body=body)).verdict
    assert verdict.outcome is Outcome.REFERRED


def test_e29_annex_3_may_name_several_engineers(tmp_path):
    letter = replace(
        a_firms_letter(day=date(2026, 6, 20)),
        form="3-1",
        reconstructed=True,
        blanks=built.a_letter(
            "3-1", handler=built.read("孙秋白"), handler_id=built.OTHER_ID, engineer="赵明远、李四"
        ).blanks,
    )
    with office_seeing(tmp_path, {LETTER: letter, INSURANCE: a_certificate()}) as office:
        raw = from_the_firm(f"{built.FIRM}/监理基本信息登记", {LETTER: 1, INSURANCE: 1}, to=INFORMATION_BOX)
        found = told(examined(office, raw, mailbox=INFORMATION_BOX, received=JUNE))
    assert "defect" not in found.values()


@pytest.mark.parametrize("name", [built.FIRM, built.ENGINEER])
def test_e30_the_suspended_get_a_neutral_receipt(tmp_path, name):
    listed = SuspensionList((Suspension(name, reason="整改未完成"),))
    with office_seeing(tmp_path) as office:
        office.receive(a_mail())
        office.casework(examiner=office.examiner(suspended=lambda: listed)).work(Stop())
        (case,) = office.ledger.cases()
        assert {finding.code: finding.severity for finding in case.facts.findings} == {"applicant_suspended": "doubt"}
        assert office.letters() == [("receipt", "queued")]
        assert "暂停" not in plain(office.raw_letter("receipt"))


@pytest.mark.parametrize(
    ("subject", "body", "headers", "outcome", "row"),
    [
        pytest.param("咨询", "请问需要提交哪些材料？", {}, "query", True, id="E31 a question"),
        pytest.param("投诉", "现投诉贵单位应审核未审核。", {}, "referred", True, id="E31 a complaint"),
        pytest.param(
            "每周快讯", "优惠", {"List-Unsubscribe": "<mailto:u@x.invalid>"}, "set_aside", False, id="E31 news"
        ),
        pytest.param(
            "自动回复: 收到", "我在休假", {"Auto-Submitted": "auto-replied"}, "set_aside", False, id="E31 away"
        ),
    ],
)
def test_what_is_no_application(tmp_path, subject, body, headers, outcome, row):
    with office_seeing(tmp_path) as office:
        raw = a_mail(subject, cc=(), files=(), body=body, headers=headers)
        assert examined(office, raw).verdict.outcome.value == outcome
        mail = work(office, raw)
        assert (mail.state is MailState.SET_ASIDE) is not row


def test_e31_thanks_for_our_letter_are_no_application(tmp_path):
    with office_seeing(tmp_path) as office:
        work(office, a_mail(files=without(CARD)))
        ours = office.ledger.letters()[0].letter.message_id
        thanks = a_mail(f"回复：{ADD}", files=(), body="谢谢老师", headers={"In-Reply-To": ours, "References": ours})
        assert work(office, thanks).state is MailState.SET_ASIDE
        assert len(office.letters()) == 1


def test_e32_a_letter_that_comes_back_is_marked_and_its_case_stays_open(tmp_path):
    """What a server refuses at once, and the tries after it, are those of the dispatching tests."""
    with office_seeing(tmp_path) as office:
        number = work(office, a_mail(files=())).case_number
        claimed = office.ledger.claim_letter("worker", 30.0, mailboxes=(TRACK_BOX,))
        office.ledger.mark_sent(claimed.id, claimed.fence, "250 ok")
        bounce = a_bounce(claimed.letter.message_id)
        work(office, bounce)
        assert office.ledger.letter(claimed.letter.message_id).letter.state is LetterState.BOUNCED
        assert office.ledger.case(number).case.state.is_open


@pytest.mark.parametrize(
    ("line", "call"),
    [
        pytest.param("视频核验 通过", Call.PASSED, id="E27 reached"),
        pytest.param("视频核验 未接通", Call.UNREACHABLE, id="E27 no answer"),
        pytest.param("视频核验 未通过：不是本人", Call.FAILED, id="E27 another answers"),
        pytest.param("视频核验", None, id="E27 without a result nothing is entered"),
        pytest.param("视频核验 是另一个人", None, id="E27 what is neither is asked again"),
    ],
)
def test_a_call_is_entered_with_its_result(line, call):
    parsed = parse(line)
    assert (parsed.call if isinstance(parsed, Command) else None) is call
    assert not isinstance(parsed, Command) or parsed.word is Word.CALL


@pytest.mark.parametrize("sender", ["stranger@person.invalid", REVIEWER])
def test_e33_a_word_without_its_token_decides_nothing(tmp_path, sender):
    """From an address that is not on the roster, and from one that is but may be forged."""
    with office_seeing(tmp_path) as office:
        number = work(office, a_mail()).case_number
        subject = f"回复：〔{number}·ABCDEFGHIJKLMNOPQRSTUVWXYZ〕"
        work(office, a_mail(subject, sender=sender, cc=(), files=(), body="不通过：材料虚假"))
        assert office.ledger.case(number).case.state is CaseState.COMPLETE


def test_e35_the_substitute_reads_while_the_reviewer_is_away(tmp_path):
    away = {"name": "李审核", "address": REVIEWER, "valid_from": date(2026, 1, 1), "valid_until": date(2026, 3, 10)}
    other = {"name": "王审核", "address": "other@example.invalid", "valid_from": date(2026, 1, 1)}
    roster = [{**away, "substitute": "other@example.invalid"}, other]
    settings = some_settings(tmp_path, reviewer=roster)
    assert readers(settings, settings.mailbox[0], date(2026, 3, 10)) == (REVIEWER,)
    assert readers(settings, settings.mailbox[0], date(2026, 3, 12)) == ("other@example.invalid",)


def test_e38_nothing_is_destroyed_before_three_years_nor_under_a_hold(tmp_path):
    """And a wish to have it deleted is for a person."""
    with office_seeing(tmp_path) as office:
        number = work(office, a_mail()).case_number
        office.ledger.decide(number, "a", actor="a@x", expected=CaseState.COMPLETE, state=CaseState.APPROVED)
        wish = a_mail("删除资料", cc=(), files=(), body="请删除我提交的全部材料和个人信息。")
        assert examined(office, wish).verdict.outcome is Outcome.REFERRED
        over = date(2029, 3, 20)
        assert office.ledger.mark_for_purge(date(2029, 3, 1)) == 0
        office.ledger.hold_case(number, "诉讼", actor="a@x")
        office.ledger.mark_for_purge(over)
        assert number not in {one.name for one in office.ledger.destroy(date(2029, 4, 1), 100)}
        office.ledger.hold_case(number, None, actor="a@x")
        assert office.ledger.mark_for_purge(over) >= 1


@pytest.mark.parametrize("first", [CaseState.APPROVED, CaseState.REJECTED])
def test_e34_of_two_reviewers_the_first_wins(tmp_path, first):
    with office_seeing(tmp_path) as office:
        number = work(office, a_mail()).case_number
        office.ledger.decide(number, "decided", actor="a@x.invalid", expected=CaseState.COMPLETE, state=first)
        with pytest.raises(Stale):
            office.ledger.decide(
                number, "closed", actor="b@x.invalid", expected=CaseState.COMPLETE, state=CaseState.CLOSED
            )
        assert office.ledger.case(number).case.state is first


def test_e36_another_uidvalidity_makes_no_second_mail(tmp_path):
    with office_seeing(tmp_path) as office:
        raw = a_mail()
        first = work(office, raw)
        second = office.receive(raw)
        assert second == first.id
        assert office.casework().work(Stop()) == 0
        assert len(office.letters()) == 1


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("500103880808007", id="E37 fifteen digits"),
        pytest.param("E12345678", id="E37 a passport"),
        pytest.param("H12345678", id="E37 from Hong Kong"),
        pytest.param("810000198505050001", id="E37 a residence permit (港澳台)"),
        pytest.param("110105199003070009", id="E37 from another province"),
    ],
)
def test_other_kinds_of_numbers_are_never_a_defect_by_their_check_digit(tmp_path, number):
    seen = {LETTER: a_letter(blanks=built.a_letter(engineer_id=number).blanks), CARD: built.a_card(citizen_id=number)}
    with office_seeing(tmp_path, seen) as office:
        found = told(examined(office, a_mail()))
    assert "defect" not in found.values()


@pytest.mark.parametrize(
    ("engineer_id", "content", "repeated"),
    [
        pytest.param(built.OTHER_ID, "", True, id="E39 another engineer, the same file"),
        pytest.param(built.OTHER_ID, "his own", False, id="E39 another engineer, a page of his own"),
        pytest.param(built.ENGINEER_ID, "", False, id="E39 the same engineer again"),
    ],
)
def test_a_page_of_the_national_system_is_ones_own(tmp_path, engineer_id, content, repeated):
    with office_seeing(tmp_path) as office:
        number = work(office, a_mail()).case_number
        letter = built.a_letter(engineer="李四", engineer_id=engineer_id).blanks
        card = built.a_card(name="李四", citizen_id=engineer_id)
        office.reader.files = {LETTER: a_letter(blanks=letter), CARD: card}
        other = a_mail(f"李四/{built.FIRM}/业绩登记新增(本人提交)", sender="li@person.invalid", content=content)
        examination = examined(office, other)
        assert (told(examination).get("screenshot_repeated") == "doubt") is repeated
        found = [one.finding for one in examination.verdict.findings if one.code == "screenshot_repeated"]
        assert [one.case_number for one in found] == ([number] if repeated else [])


def test_e39_a_signature_seen_in_another_case(tmp_path):
    with office_seeing(tmp_path) as office:
        work(office, a_mail())
        other = a_mail(sender="li@person.invalid", content="other")
        assert told(examined(office, other))["letter_signature_repeated"] == "doubt"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(a_mail(body="<script>alert(1)</script>"), id="E40 a script in the text"),
        pytest.param(a_mail('=HYPERLINK("http://x.invalid")', files=()), id="E40 a formula as subject"),
    ],
)
def test_hostile_words_do_no_harm(tmp_path, raw):
    with office_seeing(tmp_path) as office:
        mail = work(office, raw)
        assert mail.state in (MailState.FILED, MailState.ANSWERED)
        for entry in office.ledger.letters():
            assert b"<script" not in office.archive.read(entry.letter.sha256)


def test_e40_names_of_files_lead_nowhere(tmp_path):
    with office_seeing(tmp_path) as office:
        raw = with_files(a_mail(), {"../../etc/passwd<script>.pdf": b"%PDF-1.4 x"})
        mail = work(office, raw)
        assert mail.state is MailState.FILED
        assert not (tmp_path.parent / "etc").exists()


def test_e40_an_archive_that_would_fill_the_disk_is_never_unpacked(tmp_path):
    with office_seeing(tmp_path) as office:
        raw = with_files(a_mail(files=without(LETTER)), {"材料.zip": zipped("0.pdf", bytes(50_000_000))})
        assert told(examined(office, raw)) == {"attachment_format": "defect"}


def test_e40_ten_thousand_parts_go_to_a_person(tmp_path):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Cc"], mail["Subject"] = ENGINEER, TRACK_BOX, OFFICE_OF_FIRM, ADD
    boundary = "b"
    parts = f"--{boundary}\r\nContent-Type: application/pdf\r\n\r\nx\r\n" * 10_000
    raw = (
        mail.as_bytes().rstrip(b"\r\n")
        + (f'\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n{parts}--{boundary}--\r\n').encode()
    )
    with office_seeing(tmp_path) as office:
        assert examined(office, raw).verdict.outcome is Outcome.REFERRED


# --- small parts -----------------------------------------------------------------------------------------------------


def with_files(raw: bytes, files: dict[str, bytes]) -> bytes:
    mail = message_from_bytes(raw, policy=SMTP)
    for name, data in files.items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def pasted(raw: bytes, name: str, data: bytes) -> bytes:
    mail = message_from_bytes(raw, policy=SMTP)
    mail.add_attachment('<p>见图</p><img src="cid:p1">', subtype="html", disposition="inline")
    mail.add_attachment(data, maintype="image", subtype="jpeg", filename=name, disposition="inline", cid="<p1>")
    return mail.as_bytes()


def plain(raw: bytes) -> str:
    return message_from_bytes(raw, policy=SMTP).get_body(("plain",)).get_content()


def a_bounce(message_id: str) -> bytes:
    """RFC 3464, as the receiving host writes it."""
    return (
        f"From: MAILER-DAEMON@vip.163.com\r\nTo: {TRACK_BOX}\r\nSubject: Undelivered Mail\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {ENGINEER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n\r\n--b--\r\n"
    ).encode()
