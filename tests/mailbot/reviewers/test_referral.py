"""A case with a doubt is laid before its reviewer: what is sure, what is not, pictures of it, the draft, the words."""

import io
import sys
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ledger.entries import CaseState, FindingEntry
from mailbot.decisions.tokens import shown_in
from mailbot.isolation.child import Nursery
from mailbot.reading.crops import Crops, Place, is_small_png
from mailbot.reading.reader import PRELOAD, AttachedFile, PaperReader
from mailbot.reviewers.charts import packaged_font
from mailbot.reviewers.referral import MOST_CASES
from mailbot.reviewers.spots import hidden_in, spots_of
from parsers.documents.document import DocumentKind, Field, FileRead, Leaf, Mark, Presence
from parsers.files.kind import FileKind
from parsers.files.page import Box
from tests import builders_submission as built
from tests.builders_desk import (
    HEAD,
    ROSTER,
    SEAL_BOX,
    SUBSTITUTE,
    UNCLEAR_SEAL,
    UNCLEAR_SIGNATURE,
    DeskOffice,
    a_desk,
    a_doubtful_mail,
    dispatch,
    doubtful_papers,
    html_of,
    mails_of,
    text_of,
)
from tests.builders_service import REVIEWER, a_mail, configuration, papers

PNG = b"\x89PNG\r\n\x1a\n"


class PlayedCrops:
    """Draws one grey picture for each place and remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def of(self, file, places, hidden=()):
        self.asked += [(file.name, place) for place in places]
        out = io.BytesIO()
        Image.new("RGB", (300, 80), "grey").save(out, "PNG")
        return tuple(out.getvalue() for _ in places)


@pytest.fixture
def office(tmp_path):
    with DeskOffice(tmp_path) as running:
        yield running


def worked(office, *mails):
    for raw in mails:
        office.receive(raw)
    office.casework().work(Event())
    dispatch(office)


def referrals(office, crops=None, **later):
    """What the desk queues when it looks after that time."""
    seen = len(mails_of(office, "referral"))
    office.later(**(later or {"minutes": 10}))
    a_desk(office, crops).work(Event())
    return mails_of(office, "referral")[seen:]


def test_it_tells_what_was_submitted_what_is_sure_what_is_not_the_draft_and_the_words(office):
    worked(office, a_doubtful_mail(cc=()))
    (mail,) = referrals(office, PlayedCrops())
    text, html = text_of(mail), html_of(mail)
    for part in (text, html):
        for said in (
            "附件5个", "需要核对（1项）", "承诺保证书印章印迹过淡", "已经确定的缺陷（1项）", "未以同一邮件同步发送",
            "其余材料正由审核人员核对", "受理", "补正", "不通过：理由", "反馈期限：2026年3月26日",
        ):  # fmt: skip
            assert said in part, said
    assert mail["To"] == REVIEWER


def test_a_plain_reply_carries_the_token_and_the_outbox_does_not(office):
    worked(office, a_doubtful_mail())
    (mail,) = referrals(office)
    shown = shown_in(str(mail["Subject"]))
    assert shown.case in text_of(mail)
    entry = next(one for one in office.ledger.letters() if one.letter.kind == "referral")
    assert shown.secret not in entry.letter.subject
    assert entry.letter.message_id == mail["Message-ID"]


def test_the_pictures_are_of_the_deciding_places_and_inside_the_mail(office):
    crops = PlayedCrops()
    worked(office, a_doubtful_mail(), a_doubtful_mail(UNCLEAR_SIGNATURE, sender="b@person.invalid"))
    (mail,) = referrals(office, crops)
    assert [(name, place.page) for name, place in crops.asked] == [(UNCLEAR_SEAL, 1), (UNCLEAR_SIGNATURE, 1)]
    assert crops.asked[0][1].box == SEAL_BOX
    shown = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
    assert len(shown) == 2
    assert all(f"cid:{name}" in html_of(mail) for name in shown)


class TestBurst:
    def test_twenty_cases_of_a_few_minutes_are_two_mails_not_twenty(self, office):
        worked(office, *(a_doubtful_mail(sender=f"p{n}@person.invalid", content=str(n)) for n in range(12)))
        mails = referrals(office)
        assert len(mails) == 2
        numbers = {shown_in(line).case for mail in mails for line in text_of(mail).splitlines() if "主题须含" in line}
        assert len(numbers) == 12

    def test_it_waits_for_the_burst_to_end(self, office):
        worked(office, a_doubtful_mail())
        assert referrals(office, minutes=2) == []
        assert len(referrals(office, minutes=2)) == 1

    def test_a_round_is_told_once_and_the_next_one_again(self, office):
        worked(office, a_doubtful_mail())
        assert len(referrals(office)) == 1
        assert referrals(office) == []
        number = next(iter(office.ledger.cases())).number
        worked(office, a_doubtful_mail(subject=f"补充材料〔{number}〕", content="anew"))
        assert len(referrals(office)) == 1

    def test_killed_between_two_reviewers_nobody_is_told_twice(self, tmp_path, monkeypatch):
        both = [REVIEWER, HEAD]
        tables = {"mailbox": [{**box, "reviewers": both} for box in _boxes()]}
        with DeskOffice(tmp_path, **tables) as office:
            worked(office, a_doubtful_mail())
            office.later(minutes=10)
            kept, calls = office.ledger.queue_referral, []

            def dies_the_second_time(*args, **more):
                calls.append(args)
                if len(calls) == 2:
                    raise KeyboardInterrupt
                return kept(*args, **more)

            with monkeypatch.context() as patch:
                patch.setattr(office.ledger, "queue_referral", dies_the_second_time)
                with pytest.raises(KeyboardInterrupt):
                    a_desk(office).work(Event())
            a_desk(office).work(Event())
            assert sorted(mail["To"] for mail in mails_of(office, "referral")) == sorted(both)


def _boxes():
    return configuration()["mailbox"]


class TestWhom:
    def test_the_substitute_of_somebody_off_duty(self, tmp_path):
        roster = [{**ROSTER[0], "valid_until": ROSTER[0]["valid_from"] + timedelta(days=30)}, *ROSTER[1:]]
        with DeskOffice(tmp_path, reviewer=roster) as office:
            worked(office, a_doubtful_mail())
            assert [mail["To"] for mail in referrals(office)] == [SUBSTITUTE]

    def test_the_cases_own_reviewer_alone(self, tmp_path):
        with DeskOffice(tmp_path) as office:
            worked(office, a_doubtful_mail())
            number = next(iter(office.ledger.cases())).number
            office.ledger.assign_reviewer(number, SUBSTITUTE, actor=REVIEWER)
            assert [mail["To"] for mail in referrals(office)] == [SUBSTITUTE]

    def test_nobody_on_a_rest_day(self, office):
        worked(office, a_doubtful_mail())  # on Thursday 12 March
        assert referrals(office, days=2) == []
        assert len(referrals(office, days=2)) == 1


class TestSpots:
    def test_never_on_a_card_a_face_or_a_page_that_holds_one(self):
        card = built.a_card()
        letter = doubtful_papers()[UNCLEAR_SEAL]
        finding = FindingEntry("letter_seal_unclear", "doubt", "", "…", document=letter.file)
        together = (FileRead(1, letter.file, (letter, _moved(card, letter))),)
        assert spots_of(finding, [FileRead(1, letter.file, (letter,))])
        assert spots_of(finding, together) == ()
        names = FindingEntry("engineer_disagrees", "doubt", "", "…")
        assert spots_of(names, [FileRead(2, "卡.jpg", (card, papers()["手持身份证.pdf"]))]) == ()

    @pytest.mark.parametrize("code", ["citizen_id_disagrees", "credit_identifier_disagrees", "phone_not_mobile"])
    def test_never_a_number_of_a_person(self, code):
        letter = built.a_letter()
        assert spots_of(FindingEntry(code, "doubt", "", "…"), [FileRead(1, "a", (letter,))]) == ()

    @pytest.mark.parametrize(
        "name", ["engineer_id", "credit_identifier", "engineer_phone", "mobile", "social_insurance_number", "code"]
    )
    def test_numbers_are_named_to_be_painted_over(self, name):
        """Whatever is shown masked in words is hidden in pictures too."""
        box = Box(0.1, 0.1, 0.4, 0.12)
        letter = _with_fields(built.a_letter(), **{name: Field("500103198808080007", 1.0, True, 1, box)})
        assert hidden_in([FileRead(letter.position, "a", (letter,))], letter.position) == (Place(1, box),)

    def test_of_a_letter_of_loose_pages_in_the_files_in_which_they_lie(self):
        """The second page came first; what must be hidden is hidden there too."""
        box = Box(0.1, 0.1, 0.4, 0.12)
        number = Field("500103198808080007", 1.0, True, 1, box)
        letter = replace(
            _with_fields(built.a_letter(), engineer_id=number),
            file="乙.jpg",
            position=4,
            pages=(2, 1),
            leaves=(Leaf(4, "乙.jpg", 1), Leaf(3, "甲.pdf", 7)),
            seal=Mark(Presence.UNCLEAR, 1, SEAL_BOX),
        )
        files = [FileRead(3, "甲.pdf"), FileRead(4, "乙.jpg", (letter,))]
        for named in ("甲.pdf", "乙.jpg"):
            (spot,) = spots_of(FindingEntry("letter_seal_unclear", "doubt", "", "…", document=named), files)
            assert (spot.position, spot.file, spot.place) == (3, "甲.pdf", Place(7, SEAL_BOX))
        assert hidden_in(files, 3) == (Place(7, box),)
        assert hidden_in(files, 4) == ()
        card = replace(built.a_card(), file="甲.pdf", position=3, pages=(7,))
        finding = FindingEntry("letter_seal_unclear", "doubt", "", "…", document="甲.pdf")
        assert spots_of(finding, [FileRead(3, "甲.pdf", (card,)), files[1]]) == ()


def _moved(card, letter):
    return replace(card, file=letter.file, position=letter.position, pages=letter.pages)


def _with_fields(letter, **fields):
    return replace(letter, blanks=fields)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    sys.path.insert(0, str(Path(__file__).parents[1]))
    with Nursery(PRELOAD) as nursery, PaperReader(nursery, workers=1, cache=tmp_path_factory.mktemp("cache")) as one:
        yield one
    sys.path.remove(str(Path(__file__).parents[1]))


class TestPictures:
    def test_cut_behind_walls_with_numbers_painted_over(self, reader):
        file = a_page()
        places = [Place(1, Box(0.5, 0.5, 0.85, 0.95)), Place(1, Box(0.05, 0.2, 0.75, 0.32)), Place(9, SEAL_BOX)]
        assert Crops(reader).of(file, places) == (None, None, None)  # not read yet: nobody knows what must be hidden
        reader.read([file])
        seal, number, none = Crops(reader).of(file, places)
        assert none is None
        assert (abs(shown(seal) - [255, 0, 0]).sum(axis=2) < 90).any()
        assert not (shown(number).max(axis=2) < 60).any()  # no ink is left of the number

    @pytest.mark.parametrize("body", [b"", b"GIF89a", PNG + b"\0" * 40, PNG + b"\0\0\0\rIHDR"])
    def test_what_a_child_sends_is_believed_only_as_a_small_png(self, body):
        assert not is_small_png(body)

    def test_a_huge_picture_is_not_believed(self):
        head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (50_000).to_bytes(4) + (40).to_bytes(4)
        assert not is_small_png(head + b"\0" * 20)


def shown(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def a_page() -> AttachedFile:
    image = Image.new("RGB", (1000, 700), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(packaged_font()), 36)
    draw.text((60, 60), "承诺保证书", fill="black", font=font)
    draw.text((60, 160), "身份证号：500103198808080007", fill="black", font=font)
    draw.ellipse((600, 400, 800, 600), outline="red", width=8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return AttachedFile(1, "a.png", FileKind.PNG, out.getvalue())


class TestTheReviewItself:
    """A case found complete is laid before its reviewer too: his word is what it waits for."""

    def test_it_tells_what_only_people_can_look_up_and_one_reply_decides(self, office):
        worked(office, a_mail())
        assert referrals(office) == [], "nothing presses"
        (mail,) = referrals(office, minutes=60)
        assert str(mail["Subject"]).startswith("【待审核】")
        assert shown_in(str(mail["Subject"])).case == "ZJZD-2026-0001"
        told = text_of(mail)
        assert all(f"{what}：未登记" in told for what in ("企业复核", "身份核验", "重庆系统核对", "全国系统核对"))
        assert "　　通过　" in told
        assert "人社查验" not in told.partition("可以答复")[0], "本人提交 needs no certificate"
        assert referrals(office, minutes=60) == [], "once"

    def test_it_travels_with_a_doubt(self, office):
        worked(office, a_mail(), a_doubtful_mail(sender="b@person.invalid", content="b"))
        (mail,) = referrals(office)
        assert str(mail["Subject"]).startswith("【待核对、待审核】2件")

    def test_ten_need_not_wait(self, office):
        worked(office, *(a_mail(sender=f"{n}@person.invalid", content=str(n)) for n in range(MOST_CASES)))
        (mail,) = referrals(office)
        assert str(mail["Subject"]).startswith(f"【待审核】{MOST_CASES}件")

    def test_who_accepted_it_himself_has_his_transcript(self, office):
        worked(office, a_doubtful_mail())
        assert len(referrals(office)) == 1
        office.ledger.decide(
            "ZJZD-2026-0001", "complete", actor=REVIEWER, expected=CaseState.REFERRED, state=CaseState.COMPLETE
        )
        assert referrals(office, hours=2) == []


def test_a_mail_of_one_reads_back_as_it_was_sent(office):
    worked(office, a_doubtful_mail())
    (mail,) = referrals(office, PlayedCrops())
    again = message_from_bytes(mail.as_bytes(), policy=default)
    assert [part.get_content_type() for part in again.walk()][:4] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html",
    ]  # fmt: skip
    assert DocumentKind.COMMITMENT_LETTER.value not in text_of(mail)
