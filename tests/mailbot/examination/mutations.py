"""Perfect applications that can be spoilt one defect after the other, and the defects."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ledger.entries import Enterprise
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import OnFile, Submission
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import Choice, Signature
from parsers.documents.commitment_letter_alterations import Alteration, AlterationKind
from parsers.documents.commitment_letter_blanks import Unfilled
from parsers.documents.commitment_letter_options import Option
from parsers.documents.document import Document, DocumentKind, Mark, Presence
from parsers.documents.screenshot_words import Status
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import ReadBy
from parsers.mail.message import Address
from tests import builders_submission as built
from tests.edges.cases import HANDLER, HANDLER_ID, a_certificate

LETTER, NATIONAL, MUNICIPAL, CARD, PHOTO, INSURANCE = "letter", "national", "municipal", "card", "photo", "insurance"
PLACE, MAIL = "place", "mail"
OFFICE_OF_FIRM = "office@example.invalid"
OTHER_FIRM = "重庆别家工程咨询有限公司"
TRACK_BOX, INFORMATION_BOX = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com"
#: 进场 2026-02-13: the twentieth workday is 2026-03-19.
STARTED, LATE = date(2026, 2, 13), date(2026, 3, 24)
SIGNED = Mark(Presence.PRESENT, 1)


class Application:
    """Papers and mail that can be spoilt one after the other."""

    filing: ClassVar[dict[str, str]] = {}
    mailbox, other_mailbox = TRACK_BOX, INFORMATION_BOX
    sender = "zhao@example.invalid"

    def __init__(self) -> None:
        self.papers: dict[str, Document] = {}
        self.subject: str | None = None
        self.to: tuple[str, ...] = (self.mailbox, OFFICE_OF_FIRM)
        self.received = date(2026, 3, 12)

    def change(self, paper: str, **values: object) -> None:
        self.papers[paper] = replace(self.papers[paper], **values)

    def blank(self, name: str, value: str) -> None:
        self.change(LETTER, blanks=self.papers[LETTER].blanks | {name: built.read(value)})

    def shown(self, paper: str, name: str, value: str) -> None:
        self.change(paper, values=self.papers[paper].values | {name: built.read(value)})

    def misplace(self) -> None:
        self.mailbox, self.to = self.other_mailbox, (self.other_mailbox, *self.to[1:])

    def submission(self) -> Submission:
        base = built.a_submission(*self.papers.values(), received=self.received, **self.filing)
        reading = read_subject(self.subject, tuple(built.matters().values())) if self.subject else base.subject
        message = replace(
            base.message,
            subject=reading.raw,
            authors=(Address(self.sender),),
            to=tuple(Address(one) for one in self.to),
        )
        return replace(base, message=message, subject=reading, mailbox=self.mailbox)


class Added(Application):
    """附件4 新增 by the engineer."""

    def __init__(self) -> None:
        super().__init__()
        self.papers = {
            LETTER: _right(built.a_letter(started_on=None), ("engineer", "业绩登记申请人"), action=Choice.ADD),
            NATIONAL: built.a_national_page(started_on=STARTED.isoformat(), submitted_on="2026-03-10"),
            MUNICIPAL: built.a_municipal_page(built.a_row(started=STARTED)),
            CARD: built.a_card(),
            PHOTO: CardInHandPhoto(
                DocumentKind.CARD_IN_HAND_PHOTO, "手持身份证.jpg", 5, (1,), ReadBy.OCR, person=SIGNED
            ),
        }


class Information(Application):
    """附件1 by the enterprise."""

    filing: ClassVar = {"matter": "firm_information", "by": "firm"}
    mailbox, other_mailbox = INFORMATION_BOX, TRACK_BOX
    sender = OFFICE_OF_FIRM

    def __init__(self) -> None:
        super().__init__()
        letter = built.a_letter("1-1", handler=HANDLER, handler_id=HANDLER_ID)
        kept = ("firm", "credit_identifier", "legal_representative", "handler", "handler_id")
        letter = replace(letter, blanks={name: letter.blanks[name] for name in kept})
        options = (Option("基本信息", "基本信息", None, Presence.PRESENT),)
        self.papers = {
            LETTER: _right(letter, ("handler", "承办人"), options=options),
            INSURANCE: a_certificate("2025-12", "2026-01", "2026-02", printed_on=built.read("2026-03-09")),
        }


@dataclass(frozen=True)
class Defect:
    """One thing wrong. `needs` must stay as they are for it to be seen; `removes` is the paper it takes away."""

    code: str
    put: Callable[[Application], object]
    needs: frozenset[str] = frozenset()
    removes: str | None = None
    value: str | None = None  #: what it makes different: two defects of one value hide each other


def removing(paper: str, code: str) -> Defect:
    return Defect(code, lambda one: one.papers.pop(paper), removes=paper)


def of(code: str, paper: str, value: str | None = None, **changes: object) -> Defect:
    return Defect(code, lambda one: one.change(paper, **changes), frozenset({paper}), value=value)


def on_file() -> OnFile:
    firm = Enterprise(built.FIRM, built.CREDIT, OFFICE_OF_FIRM, legal_representative="钱伯年")
    boxes = {
        TRACK_BOX: frozenset({"engineer_track_record", "firm_track_record"}),
        INFORMATION_BOX: frozenset({"firm_information", "engineer_information"}),
    }
    return built.on_file(firm=firm, directory_as_of=date(2026, 3, 10), mailbox_matters=boxes)


def _right(letter: Document, second: tuple[str, str], **more: object) -> Document:
    return replace(
        letter,
        form_certain=True,
        found=1.0,
        dated=Presence.PRESENT,
        day=date(2026, 3, 9),
        seal=SIGNED,
        signatures=(Signature("legal_representative", "法定代表人", SIGNED), Signature(*second, SIGNED)),
        **more,
    )


def _late(one: Application) -> None:
    one.received = LATE
    one.shown(NATIONAL, "submitted_on", LATE.isoformat())


def _unsigned(one: Application) -> None:
    first, *others = one.papers[LETTER].signatures
    one.change(LETTER, signatures=(replace(first, mark=Mark(Presence.ABSENT, 1)), *others))


ALTERED = Alteration(AlterationKind.CHANGED, "材料均真实有效", "材料大部分真实有效", "材料均真实有效", 1, None, True)
#: What can be wrong with any letter and any mail.
COMMON = {
    "wrong mailbox": Defect("mailbox_wrong", lambda one: one.misplace(), frozenset({PLACE})),
    "no letter": removing(LETTER, "letter_missing"),
    "letter altered": of("letter_altered", LETTER, alterations=(ALTERED,)),
    "blank left empty": of("letter_blank_unfilled", LETTER, unfilled=(Unfilled("phone", True),)),
    "letter undated": of("letter_undated", LETTER, dated=Presence.ABSENT, day=None),
    "unsigned": Defect("letter_signature_missing", _unsigned, frozenset({LETTER})),
    "unsealed": of("letter_seal_missing", LETTER, seal=Mark(Presence.ABSENT, 1)),
    "credit code that fails its check": Defect(
        "identifier_invalid",
        lambda one: one.blank("credit_identifier", "915000000000000006"),
        frozenset({LETTER}),
        value="credit",
    ),
    "another enterprise's credit code": Defect(
        "credit_identifier_disagrees",
        lambda one: one.blank("credit_identifier", "915000000000000192"),
        frozenset({LETTER}),
        value="credit",
    ),
}
OF_ADDED = COMMON | {
    "subject with dashes": Defect(
        "subject_malformed",
        lambda one: setattr(one, "subject", f"{built.ENGINEER}-{built.FIRM}-业绩登记新增(本人提交)"),
        frozenset({MAIL}),
    ),
    "not copied to the firm": Defect("firm_not_copied", lambda one: setattr(one, "to", one.to[:1])),
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
    "another section on the national page": Defect(
        "section_disagrees", lambda one: one.shown(NATIONAL, "section", "JL4"), frozenset({LETTER, NATIONAL, MUNICIPAL})
    ),
    "another firm on the national page": Defect(
        "firm_disagrees", lambda one: one.shown(NATIONAL, "firm", OTHER_FIRM), frozenset({NATIONAL})
    ),
    "another name on the card": Defect(
        "engineer_disagrees",
        lambda one: one.change(CARD, name=built.read("欧阳晓峰")),
        frozenset({LETTER, NATIONAL, CARD}),
    ),
    "another number on the card": Defect(
        "citizen_id_disagrees",
        lambda one: one.change(CARD, citizen_id=built.read(built.OTHER_ID)),
        frozenset({LETTER, CARD}),
    ),
    "another action on the letter": Defect(
        "action_disagrees", lambda one: one.blank("action", "更新"), frozenset({LETTER})
    ),
    "late": Defect("late_unexplained", _late, frozenset({NATIONAL, MUNICIPAL}), value="row"),
}
OF_INFORMATION = COMMON | {
    "subject with a dash": Defect(
        "subject_malformed", lambda one: setattr(one, "subject", f"{built.FIRM}-监理企业信息登记"), frozenset({MAIL})
    ),
    "another sender": Defect("author_not_registered", lambda one: setattr(one, "sender", "zhao@person.invalid")),
    "no □ ticked": of(
        "letter_option_unticked", LETTER, options=(Option("基本信息", "基本信息", None, Presence.ABSENT),)
    ),
    "another firm on the letter": Defect(
        "firm_disagrees", lambda one: one.blank("firm", OTHER_FIRM), frozenset({LETTER}), value="credit"
    ),
    # Without the letter as well, nothing is attached at all.
    "no certificate": replace(removing(INSURANCE, "insurance_missing"), needs=frozenset({LETTER})),
    "another kind of certificate": of(
        "insurance_wrong_kind",
        INSURANCE,
        value="certificate",
        title=Title(Variety.OTHER_PROVINCE, "浙江省社会保险参保证明(个人专用)", certain=True, place="浙江"),
    ),
    "two months paid": of(
        "insurance_too_short", INSURANCE, value="certificate", months=PaidMonths(("2026-01", "2026-02"), (), None, True)
    ),
    "another person's certificate": Defect(
        "insurance_wrong_person",
        lambda one: one.change(INSURANCE, person=built.read("周别人"), citizen_id=built.read("500228197911300002")),
        frozenset({LETTER, INSURANCE}),
        value="certificate",
    ),
    "another employer's certificate": of(
        "insurance_wrong_employer", INSURANCE, value="certificate", employers=(built.read("重庆第三工程监理有限公司"),)
    ),
}
