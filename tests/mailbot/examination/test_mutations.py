"""A perfect application with one defect, every pair of them, or up to six: all told in one verdict, none false."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations
from random import Random

import pytest

from ledger.entries import Enterprise
from mailbot.examination.examine import examine
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Outcome, Severity
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import Choice, Signature
from parsers.documents.commitment_letter_alterations import Alteration, AlterationKind
from parsers.documents.commitment_letter_blanks import Unfilled
from parsers.documents.document import DocumentKind, Mark, Presence
from parsers.documents.screenshot_words import Status
from parsers.files.page import ReadBy
from parsers.mail.message import Address, Attachment
from tests import builders_submission as built

LETTER, NATIONAL, MUNICIPAL, CARD, PHOTO = "letter", "national", "municipal", "card", "photo"
PLACE, DIRECTORY, MAIL = "place", "directory", "mail"
OFFICE_OF_FIRM = "office@example.invalid"
#: 进场 2026-02-13: the twentieth workday is 2026-03-19.
STARTED, LATE = date(2026, 2, 13), date(2026, 3, 24)


@dataclass(frozen=True)
class Defect:
    """One thing wrong. `paper` must stay in the mail for it to be seen; `removes` is the paper it takes away."""

    code: str
    put: Callable[["Application"], None]
    needs: frozenset[str] = frozenset()
    removes: str | None = None
    value: str | None = None  #: what it makes different: two defects of one value hide each other


class Application:
    """Papers and mail that can be spoilt one after the other."""

    def __init__(self) -> None:
        signed = Mark(Presence.PRESENT, 1)
        self.papers = {
            LETTER: replace(
                built.a_letter(started_on=None),
                form_certain=True,
                found=1.0,
                action=Choice.ADD,
                dated=Presence.PRESENT,
                day=date(2026, 3, 9),
                seal=signed,
                signatures=(
                    Signature("legal_representative", "法定代表人", signed),
                    Signature("engineer", "业绩登记申请人", signed),
                ),
            ),
            NATIONAL: built.a_national_page(started_on=STARTED.isoformat(), submitted_on="2026-03-10"),
            MUNICIPAL: built.a_municipal_page(built.a_row(started=STARTED)),
            CARD: built.a_card(),
            PHOTO: CardInHandPhoto(
                DocumentKind.CARD_IN_HAND_PHOTO, "手持身份证.jpg", 5, (1,), ReadBy.OCR, person=Mark(Presence.PRESENT, 1)
            ),
        }
        self.subject: str | None = None
        self.to: tuple[str, ...] = ("cqjtzjzd@vip.163.com", OFFICE_OF_FIRM)
        self.mailbox = "cqjtzjzd@vip.163.com"
        self.received = date(2026, 3, 12)
        self.extra: tuple[Attachment, ...] = ()

    def change(self, paper: str, **values: object) -> None:
        self.papers[paper] = replace(self.papers[paper], **values)

    def blank(self, name: str, value: str) -> None:
        self.change(LETTER, blanks=self.papers[LETTER].blanks | {name: built.read(value)})

    def shown(self, paper: str, name: str, value: str) -> None:
        self.change(paper, values=self.papers[paper].values | {name: built.read(value)})

    def submission(self) -> Submission:
        base = built.a_submission(*self.papers.values(), received=self.received)
        reading = read_subject(self.subject, tuple(built.matters().values())) if self.subject else base.subject
        message = replace(
            base.message,
            subject=reading.raw,
            to=tuple(Address(one) for one in self.to),
            attachments=base.message.attachments + self.extra,
        )
        return replace(base, message=message, subject=reading, mailbox=self.mailbox)


def on_file() -> OnFile:
    firm = Enterprise(built.FIRM, built.CREDIT, OFFICE_OF_FIRM, legal_representative="钱伯年")
    boxes = {
        "cqjtzjzd@vip.163.com": frozenset({"engineer_track_record", "firm_track_record"}),
        "cqjtgjzx@vip.163.com": frozenset({"firm_information", "engineer_information"}),
    }
    return built.on_file(firm=firm, directory_as_of=date(2026, 3, 10), mailbox_matters=boxes)


def removing(paper: str, code: str) -> Defect:
    return Defect(code, lambda one: one.papers.pop(paper) and None, removes=paper)


def of(code: str, paper: str, value: str | None = None, **changes: object) -> Defect:
    return Defect(code, lambda one: one.change(paper, **changes), frozenset({paper}), value=value)


def _wrong_mailbox(one: Application) -> None:
    one.mailbox, one.to = "cqjtgjzx@vip.163.com", ("cqjtgjzx@vip.163.com", *one.to[1:])


def _late(one: Application) -> None:
    one.received = LATE
    one.shown(NATIONAL, "submitted_on", LATE.isoformat())


ALTERED = Alteration(AlterationKind.CHANGED, "材料均真实有效", "材料大部分真实有效", "材料均真实有效", 1, None, True)
DEFECTS = {
    "subject without the submitter": Defect(
        "subject_malformed",
        lambda one: setattr(one, "subject", f"{built.ENGINEER}-{built.FIRM}-业绩登记新增(本人提交)"),
        frozenset({MAIL}),
    ),
    "wrong mailbox": Defect("mailbox_wrong", _wrong_mailbox, frozenset({PLACE})),
    "not copied to the firm": Defect("firm_not_copied", lambda one: setattr(one, "to", one.to[:1])),
    "no letter": removing(LETTER, "letter_missing"),
    "letter altered": of("letter_altered", LETTER, alterations=(ALTERED,)),
    "blank left empty": of("letter_blank_unfilled", LETTER, unfilled=(Unfilled("phone", True),)),
    "letter undated": of("letter_undated", LETTER, dated=Presence.ABSENT, day=None),
    "unsigned": of(
        "letter_signature_missing",
        LETTER,
        signatures=(
            Signature("legal_representative", "法定代表人", Mark(Presence.ABSENT, 1)),
            Signature("engineer", "业绩登记申请人", Mark(Presence.PRESENT, 1)),
        ),
    ),
    "unsealed": of("letter_seal_missing", LETTER, seal=Mark(Presence.ABSENT, 1)),
    "credit code that fails its check": Defect(
        "identifier_invalid",
        lambda one: one.blank("credit_identifier", "915000000000000006"),
        frozenset({LETTER}),
        value="credit",
    ),
    "no national page": removing(NATIONAL, "screenshot_national_missing"),
    "no municipal page": removing(MUNICIPAL, "screenshot_municipal_missing"),
    "draft": of("screenshot_not_submitted", NATIONAL, status=Status.CONTRARY, status_word=built.read("草稿")),
    "no card": removing(CARD, "id_card_missing"),
    "no photo": removing(PHOTO, "card_in_hand_photo_missing"),
    "another post on the municipal page": Defect(
        "post_disagrees",
        lambda one: one.change(MUNICIPAL, personnel=(built.a_row(post="驻地监理工程师", started=STARTED),)),
        frozenset({LETTER, NATIONAL, MUNICIPAL}),
        value="row",
    ),
    "another start on the municipal page": Defect(
        "dates_disagree",
        lambda one: one.change(MUNICIPAL, personnel=(built.a_row(started=date(2026, 2, 24)),)),
        frozenset({NATIONAL, MUNICIPAL}),
        value="row",
    ),
    "another project on the national page": Defect(
        "project_disagrees",
        lambda one: one.shown(NATIONAL, "project", "城口至巫溪高速公路"),
        frozenset({LETTER, NATIONAL, MUNICIPAL}),
    ),
    "another number on the card": Defect(
        "citizen_id_disagrees",
        lambda one: one.change(CARD, citizen_id=built.read(built.OTHER_ID)),
        frozenset({LETTER, CARD}),
    ),
    "late": Defect("late_unexplained", _late, frozenset({NATIONAL, MUNICIPAL}), value="row"),
}
PAIRS = [
    pair
    for pair in combinations(DEFECTS, 2)
    for one, other in ((DEFECTS[pair[0]], DEFECTS[pair[1]]),)
    if one.removes not in other.needs
    and other.removes not in one.needs
    and (one.value is None or one.value != other.value)
]


@cache
def verdict(names: tuple[str, ...]):
    application = Application()
    for name in names:
        DEFECTS[name].put(application)
    return examine(application.submission(), on_file())


def told(names: tuple[str, ...]) -> set[str]:
    return {judged.code for judged in verdict(names).of(Severity.DEFECT)}


def doubts(names: tuple[str, ...]) -> set[str]:
    return {judged.code for judged in verdict(names).of(Severity.DOUBT)}


def test_the_application_is_perfect_before_anything_is_put_into_it():
    assert verdict(()).outcome is Outcome.COMPLETE
    assert not doubts(())


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_is_told_and_nothing_else(name):
    assert told((name,)) == {DEFECTS[name].code}
    assert not doubts((name,))
    assert verdict((name,)).outcome is Outcome.CORRECTION


@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_of_two_defects_both_are_told_in_one_verdict_and_nothing_else(pair):
    assert told(pair) == {DEFECTS[name].code for name in pair}
    assert not doubts(pair)


def test_the_pairs_are_nearly_all_there_are():
    """Left out are only those that cannot stand together: a paper that is not there has no other fault."""
    everything = len(DEFECTS) * (len(DEFECTS) - 1) // 2
    assert len(PAIRS) >= 0.8 * everything


@pytest.mark.parametrize("seed", range(60))
def test_three_to_six_defects_are_told_together(seed):
    rng = Random(seed)
    wanted, chosen = rng.randint(3, 6), []
    for name in rng.sample(list(DEFECTS), len(DEFECTS)):
        if len(chosen) < wanted and all(pair in _PAIRED for pair in ((name, one) for one in chosen)):
            chosen.append(name)
    assert len(chosen) >= 3
    assert told(tuple(chosen)) == {DEFECTS[name].code for name in chosen}


_PAIRED = {*PAIRS, *((other, one) for one, other in PAIRS)}
