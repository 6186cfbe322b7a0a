"""From bytes to a verdict: what is asked of the reader and of the records, and whose case a mail may touch."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entries import CaseState
from ledger.questions import CaseMatch, EngagementEntry, FoundBy
from mailbot.cases.examiner import Examiner
from mailbot.cases.known import Known
from mailbot.examination.matter import prescribed_mailboxes
from mailbot.examination.verdict import Outcome
from mailbot.instance import Instance
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from parsers.mail.provenance import Receiver
from parsers.mail.read import read_message
from tests.builders_service import ADD, ENGINEER, FIRM, NOW, TRACK_BOX, PlayedReader, a_mail, arrived
from tests.builders_submission import PROJECT, SECTION

MATTERS = load_matters()
RECEIVER = Receiver("mx.vip.163.com", "netease")


class PlayedRecords:
    """An office that knows one firm, and whatever a test adds."""

    def __init__(self, case=None, engagements=(), signatures=None, mails=(), other_side=None):
        self.case, self.engagements, self.marks, self.mails = case, engagements, signatures or {}, mails
        self.other = other_side
        self.queries, self.keys = [], []

    def enterprise(self, name, on):
        return FIRM if name == FIRM.name else None

    def enterprises_at(self, address, on):
        return (FIRM,) if address == FIRM.contact_address else ()

    def near_names(self, name, on):
        return (FIRM.name,)

    def directory_as_of(self):
        return NOW.date()

    def find_case(self, query):
        self.queries.append(query)
        return self.case

    def other_side(self, query, submitted_by):
        return self.other

    def open_engagements(self, engineer_key):
        self.keys.append(engineer_key)
        return self.engagements

    def firms_handled(self, handler_key, since):
        return ()

    def signatures(self):
        return self.marks

    def others_files(self, marks, engineer_key):
        return {}

    def mails_of(self, number):
        return tuple(read_message(raw) for raw in self.mails)


def an_examiner(records=None, reader=None, **more):
    return Examiner(
        matters=MATTERS,
        calendar=load_calendar(),
        reader=reader or PlayedReader(),
        mailbox_matters=prescribed_mailboxes(MATTERS),
        known=Known(records, Instance("a" * 64), **more),
    )


def examined(raw, examiner=None, *, whole=True):
    return (examiner or an_examiner(PlayedRecords())).examine(arrived(raw, TRACK_BOX, NOW, RECEIVER, whole))


def codes(examination):
    return {judged.code for judged in examination.verdict.findings}


def a_match(by=FoundBy.THREAD, applicant=ENGINEER, number="ZJZD-2026-0001"):
    return CaseMatch(number, by, CaseState.AWAITING_CORRECTION, applicant, TRACK_BOX, "engineer_track_record", None, 1)


class TestReading:
    def test_every_attached_file_is_read_once(self):
        reader = PlayedReader()
        examined(a_mail(), an_examiner(PlayedRecords(), reader))
        assert reader.files == [
            "承诺保证书.pdf",
            "全国系统截图.pdf",
            "重庆系统截图.pdf",
            "身份证扫描件.pdf",
            "手持身份证.pdf",
        ]

    def test_what_is_no_application_is_not_read(self):
        reader = PlayedReader()
        examined(a_mail("自动回复", headers={"Auto-Submitted": "auto-replied"}), an_examiner(PlayedRecords(), reader))
        assert reader.files == []

    def test_without_a_reader_a_right_envelope_is_left_to_a_person(self):
        examiner = an_examiner(PlayedRecords())
        examiner._reader = None
        assert examined(a_mail(), examiner).verdict.outcome is Outcome.REFERRED

    def test_a_mail_over_the_limit_is_not_judged(self):
        examination = examined(a_mail(), whole=False)
        assert (examination.verdict.outcome, codes(examination)) == (Outcome.REFERRED, {"mail_not_understood"})


class TestRecords:
    def test_without_them_what_they_would_tell_is_not_asked(self):
        assert codes(examined(a_mail(cc=()), an_examiner())) == set()

    def test_an_unknown_firm_is_a_doubt_with_near_names(self):
        examination = examined(a_mail(ADD.replace(FIRM.name, "重庆渝洲工程监理有限公司")))
        assert "firm_unknown" in codes(examination)

    def test_a_signature_seen_in_another_case_is_told_and_in_its_own_it_is_not(self):
        seen = PlayedRecords(signatures={"00ff00ff00ff00ff": "ZJZD-2026-0001"})
        assert "letter_signature_repeated" in codes(examined(a_mail(), an_examiner(seen)))
        seen.case = a_match()
        assert "letter_signature_repeated" not in codes(examined(a_mail(), an_examiner(seen)))

    def test_engagements_are_asked_by_a_key_never_by_the_number(self):
        held = EngagementEntry("另一条公路", "JL9", "总监", date(2026, 1, 5), None, "ZJZD-2026-0007")
        records = PlayedRecords(engagements=(held,))
        assert "engagement_overlaps" in codes(examined(a_mail(), an_examiner(records)))
        (key,) = records.keys
        assert len(key) == 64
        same = replace(held, project=PROJECT, section=SECTION)
        assert codes(examined(a_mail(), an_examiner(PlayedRecords(engagements=(same,))))) == set()


class TestWhoseCase:
    def test_the_query_holds_what_the_mail_shows(self):
        records = PlayedRecords()
        raw = a_mail(
            f"回复：【补正告知】{ADD}〔ZJZD-2026-0187〕", headers={"In-Reply-To": "<a@b>", "References": "<c@d>"}
        )
        examined(raw, an_examiner(records))
        (query,) = records.queries
        assert query.numbers == ("ZJZD-2026-0187",)
        assert set(query.thread) == {"<a@b>", "<c@d>"}
        assert (query.applicant, query.matter, query.action) == (ENGINEER, "engineer_track_record", "add")

    @pytest.mark.parametrize("by", FoundBy)
    def test_somebody_elses_case_is_never_touched(self, by):
        records = PlayedRecords(case=a_match(by, applicant="other@person.invalid"))
        examination = examined(a_mail(), an_examiner(records))
        assert examination.case is None
        assert "duplicate" not in codes(examination)

    def test_capitals_in_an_address_are_the_same_person(self):
        assert examined(a_mail(sender=ENGINEER.upper()), an_examiner(PlayedRecords(case=a_match()))).case

    def test_automatic_mail_belongs_to_no_case(self):
        records = PlayedRecords(case=a_match())
        examined(a_mail("自动回复", headers={"Auto-Submitted": "auto-replied"}, files=()), an_examiner(records))
        assert records.queries == []

    @pytest.mark.parametrize(
        ("by", "told"), [(FoundBy.DUPLICATE, True), (FoundBy.SAME_BYTES, True), (FoundBy.THREAD, False)]
    )
    def test_only_the_same_application_again_is_a_duplicate(self, by, told):
        examination = examined(a_mail(), an_examiner(PlayedRecords(case=a_match(by))))
        assert ("duplicate" in codes(examination)) is told


class TestReplies:
    """E08: completeness is the union of what a case's mails bring; the newest paper of a kind counts."""

    earlier = a_mail(files=("承诺保证书.pdf", "全国系统截图.pdf", "重庆系统截图.pdf"))
    rest = ("身份证扫描件.pdf", "手持身份证.pdf")

    def test_papers_of_earlier_mails_count(self):
        records = PlayedRecords(case=a_match(), mails=(self.earlier,))
        assert examined(a_mail(files=self.rest), an_examiner(records)).verdict.outcome is Outcome.COMPLETE

    def test_an_open_case_of_the_same_filing_goes_on_but_its_subject_is_asked(self):
        records = PlayedRecords(case=a_match(FoundBy.OPEN_CASE), mails=(self.earlier,))
        assert "letter_missing" not in codes(examined(a_mail(files=self.rest), an_examiner(records)))
        wrong = a_mail(ADD.replace("/", "-"), files=self.rest)
        assert "subject_malformed" in codes(examined(wrong, an_examiner(records)))

    def test_the_subject_is_not_asked_for_a_second_time(self):
        records = PlayedRecords(case=a_match(), mails=(self.earlier,))
        raw = a_mail(ADD.replace("/", "-"), files=self.rest)
        assert "subject_malformed" not in codes(examined(raw, an_examiner(records)))


class TestFingerprint:
    def of(self, raw):
        return examined(raw).fingerprint

    def test_the_same_application_again_has_the_same_one(self):
        assert self.of(a_mail()) == self.of(a_mail(body="另一段话", headers={"X-Mailer": "other"}))

    @pytest.mark.parametrize(
        "other",
        [
            {"content": "x"},
            {"sender": "q@person.invalid"},
            {"subject": ADD.replace("新增", "更新")},
            {"files": ("承诺保证书.pdf",)},
        ],
        ids=["other files", "another sender", "another action", "fewer files"],
    )
    def test_another_one_has_another(self, other):
        assert self.of(a_mail()) != self.of(a_mail(**other))

    def test_without_files_there_is_none(self):
        assert self.of(a_mail(files=())) == ""


@given(st.binary(max_size=600))
def test_no_bytes_raise(raw):
    examination = examined(raw)
    assert examination.verdict.outcome in Outcome


@given(st.sampled_from([b"Subject", b"From", b"Content-Type", b"Date", b"References", b"To"]), st.binary(max_size=60))
def test_no_header_raises(name, value):
    raw = a_mail(files=("承诺保证书.pdf",)).replace(b"MIME-Version: 1.0", name + b": " + value)
    assert examined(raw).verdict.outcome in Outcome
