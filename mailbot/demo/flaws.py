"""What can be wrong with an application, and which finding must come of it?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from mailbot.demo import letters, screens
from mailbot.demo.case import POSTS, Facts
from mailbot.demo.ink import seal
from mailbot.demo.parcel import MAILBOXES, Parcel, insurance

Flaw = Callable[[Parcel], None]


def no_submitter(parcel: Parcel) -> None:
    parcel.subject = parcel.subject.partition("(")[0]
    parcel.expect("subject_malformed")


def dash_in_subject(parcel: Parcel) -> None:
    parcel.subject = parcel.subject.replace("/", "-")
    parcel.expect("subject_malformed")


def full_width_subject(parcel: Parcel) -> None:
    parcel.subject = "转发：" + parcel.subject.replace("/", "／").replace("(", "（").replace(")", "）")
    parcel.may.add("subject_deviates")


def not_copied(parcel: Parcel) -> None:
    parcel.copies = ()
    parcel.expect("firm_not_copied", verdicts=("correction",))


def private_sender(parcel: Parcel) -> None:
    parcel.sender = parcel.registry.person().address
    parcel.expect("author_not_registered")


def forged_sender(parcel: Parcel) -> None:
    parcel.authentication = "fail"
    parcel.expect("author_unauthenticated", verdicts=("referred",))


def wrong_box(parcel: Parcel) -> None:
    parcel.mailbox = next(address for address in MAILBOXES.values() if address != parcel.mailbox)
    parcel.expect("mailbox_wrong", verdicts=("correction",))


def no_attachments(parcel: Parcel) -> None:
    parcel.papers.clear()
    parcel.expect("attachments_missing", verdicts=("correction",), may=("letter_missing", "insurance_missing"))


def letter_as_docx(parcel: Parcel) -> None:
    parcel.papers["letter"] = ("承诺保证书.docx", b"PK\x03\x04\x14\x00\x00\x00\x00\x00" + b"word/document.xml" * 12)
    parcel.expect("attachment_format", may=("attachment_unreadable",))


def letter_broken(parcel: Parcel) -> None:
    parcel.letter("digital")
    name, data = parcel.papers["letter"]
    parcel.papers["letter"] = (name, data[: len(data) // 3])
    parcel.expect("attachment_unreadable", may=("document_illegible",))


def without(kind: str, code: str) -> Flaw:
    def flaw(parcel: Parcel) -> None:
        parcel.papers.pop(kind)
        parcel.expect(code, verdicts=("correction",))

    return flaw


def unsealed(parcel: Parcel) -> None:
    parcel.letter(seal=None)
    parcel.expect("letter_seal_missing", verdicts=("correction", "referred"))


def faint_seal(parcel: Parcel) -> None:
    parcel.letter(seal=seal(parcel.facts.firm.name, strength=0.16))
    parcel.expect("letter_seal_unclear", verdicts=("referred",))


def grey_letter(parcel: Parcel) -> None:
    parcel.letter("grey")
    parcel.expect("letter_seal_unclear", verdicts=("referred",))


def unsigned(parcel: Parcel) -> None:
    parcel.letter(signed=frozenset({"承办人", "业绩登记申请人", "监理工程师"}))
    parcel.expect("letter_signature_missing")


def undated(parcel: Parcel) -> None:
    parcel.letter(dated=None)
    parcel.expect("letter_undated")


def unticked(parcel: Parcel) -> None:
    parcel.letter(ticked=frozenset())
    parcel.expect("letter_option_unticked")


def altered(parcel: Parcel) -> None:
    printed, instead = parcel.random.choice(
        [("并将自愿撤销", "并将不撤销"), ("均真实有效", "均基本有效"), ("我司将接受", "我司不接受"), ("如有虚假，", "")]
    )
    parcel.letter(changed={printed: instead})
    parcel.expect("letter_altered")


def blank_project(parcel: Parcel) -> None:
    blanks = dict(letters.filling(parcel.facts).blanks) | {"project": ""}
    parcel.letter(blanks=blanks)
    parcel.expect("letter_blank_unfilled", may=("project_disagrees", "section_disagrees"))


def wrong_id(parcel: Parcel) -> None:
    blanks = dict(letters.filling(parcel.facts).blanks)
    right = blanks["handler_id"]
    blanks["handler_id"] = right[:-1] + ("1" if right[-1] != "1" else "2")
    parcel.letter(blanks=blanks)
    parcel.expect("identifier_invalid", may=("insurance_wrong_person", "citizen_id_disagrees"))


def too_few_months(parcel: Parcel) -> None:
    insurance(parcel, months=2)
    parcel.expect("insurance_too_short", verdicts=("correction",))


def old_certificate(parcel: Parcel) -> None:
    insurance(parcel, months=6, skip=5, printed_on=parcel.facts.received_on - timedelta(days=150))
    parcel.expect("insurance_too_short", may=("insurance_outdated",), verdicts=("correction", "referred"))


def other_persons_certificate(parcel: Parcel) -> None:
    insurance(parcel, person=parcel.registry.person())
    parcel.expect("insurance_wrong_person")


def other_employer(parcel: Parcel) -> None:
    insurance(parcel, employer=parcel.registry.firm().name)
    parcel.expect("insurance_wrong_employer")


def other_post(parcel: Parcel) -> None:
    other = next(post for post in POSTS[::-1] if post[:2] != parcel.facts.post[:2])
    parcel.put("municipal", "重庆系统截图", screens.municipal(parcel.facts, parcel.registry, 岗位=other), "plain")
    parcel.expect("post_disagrees")


def other_start(parcel: Parcel) -> None:
    day = parcel.facts.started_on - timedelta(days=20)
    parcel.put(
        "municipal", "重庆系统截图", screens.municipal(parcel.facts, parcel.registry, 任职时间=f"{day} 至 今"), "plain"
    )
    parcel.expect("dates_disagree", may=("late_unexplained",))


def draft_page(parcel: Parcel) -> None:
    parcel.put("national", "全国系统截图", screens.national(parcel.facts, status="待提交"), "plain")
    parcel.expect("screenshot_not_submitted")


def late(parcel: Parcel) -> None:
    began = parcel.facts.started_on - timedelta(days=60)
    parcel.facts = replace(parcel.facts, started_on=began)
    parcel.put("municipal", "重庆系统截图", screens.municipal(parcel.facts, parcel.registry), "plain")
    parcel.put("national", "全国系统截图", screens.national(parcel.facts), "plain")
    parcel.expect("late_unexplained")


#: Which flaws fit which filing; each may be put into a perfect application.
ANY: dict[str, Flaw] = {
    "dash in the subject": dash_in_subject,
    "full-width subject": full_width_subject,
    "forged sender": forged_sender,
    "wrong mailbox": wrong_box,
    "no attachments": no_attachments,
    "letter as docx": letter_as_docx,
    "letter broken": letter_broken,
    "no letter": without("letter", "letter_missing"),
    "no seal": unsealed,
    "faint seal": faint_seal,
    "greyscale letter": grey_letter,
    "unsigned": unsigned,
    "undated": undated,
    "altered": altered,
}
BY_FIRM: dict[str, Flaw] = {
    "no certificate": without("insurance", "insurance_missing"),
    "two months paid": too_few_months,
    "old certificate": old_certificate,
    "another person's certificate": other_persons_certificate,
    "another employer": other_employer,
    "wrong check digit": wrong_id,
    "private sender": private_sender,
}
BY_ENGINEER: dict[str, Flaw] = {
    "no submitter": no_submitter,
    "firm not copied": not_copied,
    "no national page": without("national", "screenshot_national_missing"),
    "no municipal page": without("municipal", "screenshot_municipal_missing"),
    "no card": without("card", "id_card_missing"),
    "no card in hand": without("in_hand", "card_in_hand_photo_missing"),
    "draft page": draft_page,
    "another post": other_post,
}
ADDED: dict[str, Flaw] = {"late": late, "another start": other_start, "blank left empty": blank_project}
INFORMATION: dict[str, Flaw] = {"no box ticked": unticked}


def flaws_of(facts: Facts) -> dict[str, Flaw]:
    flaws = dict(ANY)
    flaws |= BY_FIRM if facts.submitted_by == "firm" else BY_ENGINEER
    if facts.submitted_by == "firm" and facts.action == "close":  # form 4-1-3 prints neither the handler nor his number
        flaws.pop("another person's certificate")
        flaws.pop("wrong check digit")
    if facts.action == "add":
        flaws |= ADDED
    if facts.matter == "firm_information":
        flaws |= INFORMATION
    if facts.matter == "engineer_information":
        flaws.pop("private sender")  # I02: no From rule in 附件3
    return flaws
