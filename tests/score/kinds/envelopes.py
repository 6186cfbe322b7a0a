"""What may be wrong with a mail itself: its subject, author and copies, and what the directory says?"""

import re
from dataclasses import replace

from mailbot.demo.parcel import MAILBOXES
from tests.score.kinds.draft import OF_FIRM, Draft, Flaw, Kinds


def _subject(pattern: str, instead: str) -> Flaw:
    """{e} the engineer, {f} the firm, {v} 新增, 更新 or 截止, {b} 本人 or 企业."""

    def flaw(draft: Draft) -> None:
        draft.parcel.subject = re.sub(pattern, instead, draft.parcel.subject)
        draft.expect("subject_malformed")

    return flaw


def _subject_is(line: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        verb = {"add": "新增", "update": "更新", "close": "截止"}.get(draft.facts.action or "", "")
        by = "本人" if draft.facts.submitted_by == "engineer" else "企业"
        draft.parcel.subject = line.format(e=draft.facts.engineer.name, f=draft.facts.firm.name, v=verb, b=by)
        draft.expect("subject_malformed")

    return flaw


def _accepted(line: str) -> Flaw:
    """What folding takes away is only a note."""

    def flaw(draft: Draft) -> None:
        _subject_is(line)(draft)
        draft.parcel.codes.clear()
        draft.parcel.verdicts = ("complete",)
        draft.still_right("subject_deviates")

    return flaw


def _other_firm_in_subject(draft: Draft) -> None:
    """A firm that the directory knows."""
    other = draft.parcel.registry.firm()
    row = replace(draft.listed[0], name=other.name, credit_identifier=other.credit_identifier)
    draft.listed.append(replace(row, contact_address=other.contact_address, legal_representative=""))
    draft.parcel.subject = draft.parcel.subject.replace(draft.facts.firm.name, other.name)
    draft.expect("firm_disagrees", may=(*OF_FIRM, "credit_identifier_disagrees", "legal_representative_disagrees"))


def _not_in_directory(draft: Draft) -> None:
    draft.listed.clear()
    draft.expect("firm_unknown", doubt=True)


def _misspelt(draft: Draft) -> None:
    """The subject's firm is one sign off; the papers have it right."""
    name = draft.facts.firm.name
    draft.parcel.subject = draft.parcel.subject.replace(name, name.replace("监理", "监里"))
    draft.expect("firm_disagrees", may=("firm_unknown", "firm_not_copied", "author_not_registered"))


def _from_earlier(draft: Draft) -> None:
    _moved(draft)
    draft.parcel.sender = "old" + draft.facts.firm.contact_address
    draft.expect("author_not_registered", doubt=True)


def _copied_to_earlier(draft: Draft) -> None:
    _moved(draft)
    draft.parcel.copies = ("old" + draft.facts.firm.contact_address,)
    draft.expect("firm_not_copied", doubt=True)


def _moved(draft: Draft) -> None:
    """The firm's address was another one until the first of February."""
    row = draft.listed[0]
    draft.listed[:] = [
        replace(row, contact_address="old" + row.contact_address),
        replace(row, valid_from="2026-02-01"),
    ]


def _private_sender(draft: Draft) -> None:
    draft.parcel.sender = draft.another_person().address
    draft.expect("author_not_registered", doubt=draft.facts.matter == "engineer_information")


def _of_another_firm(draft: Draft) -> None:
    other = draft.parcel.registry.firm()
    row = replace(draft.listed[0], name=other.name, credit_identifier=other.credit_identifier)
    draft.listed.append(replace(row, contact_address=other.contact_address, legal_representative=""))
    draft.parcel.sender = other.contact_address
    draft.expect("author_not_registered")


def _from_the_firm(draft: Draft) -> None:
    """本人提交 from the enterprise's own mailbox is accepted (E04)."""
    draft.parcel.sender = draft.facts.firm.contact_address
    draft.still_right()


def _copy_in_to(draft: Draft) -> None:
    """To both addresses, none in Cc."""
    firm = draft.facts.firm.contact_address
    draft.parcel.copies = ()
    draft.edits.append(lambda raw: re.sub(rb"(?m)^To: ([^\r\n]+)", rb"To: \1, " + firm.encode(), raw, count=1))


def _copy_to_another(draft: Draft) -> None:
    draft.parcel.copies = (draft.parcel.registry.firm().contact_address,)
    draft.expect("firm_not_copied")


def _copy_misspelt(draft: Draft) -> None:
    local, _, domain = draft.facts.firm.contact_address.partition("@")
    draft.parcel.copies = (f"{local[:-1]}@{domain}",)
    draft.expect("firm_not_copied")


def _two_authors(draft: Draft) -> None:
    both = f"From: a <{draft.parcel.sender}>, b <p{draft.random.randrange(10**6)}@person.invalid>\r\n".encode()
    draft.edits.append(lambda raw: re.sub(rb"(?m)^From: (.*\r\n)([ \t].*\r\n)*", both, raw, count=1))
    draft.expect("author_ambiguous", doubt=True, may=("author_not_registered",))


def _look_alike(draft: Draft) -> None:
    """0 for O in the firm's address."""
    row = draft.listed[0]
    draft.listed[0] = replace(row, contact_address="road01@vip.163.com")
    draft.parcel.sender = draft.random.choice(("roadO1@vip.163.com", "road01@163.com", "roado1@vip.163.com"))
    draft.expect("author_ambiguous", doubt=True, may=("author_not_registered",))


def _failed(draft: Draft) -> None:
    draft.parcel.authentication = "fail"
    draft.expect("author_unauthenticated", doubt=True)


def _other_box(draft: Draft) -> None:
    draft.parcel.mailbox = next(box for box in MAILBOXES.values() if box != draft.parcel.mailbox)
    draft.expect("mailbox_wrong")


def _both_boxes(draft: Draft) -> None:
    """The right mailbox is among the recipients."""
    other = next(box for box in MAILBOXES.values() if box != draft.parcel.mailbox)
    draft.parcel.copies = (*draft.parcel.copies, other)


ENVELOPE: Kinds = {
    "subject: firm before engineer": ("AU", _subject_is("{f}/{e}/业绩登记{v}({b}提交)")),
    "subject: no action": ("AC", _subject_is("{e}/{f}/业绩登记({b}提交)")),
    "subject: no firm": ("AU", _subject_is("{e}/业绩登记{v}({b}提交)")),
    "subject: no engineer": ("AF", _subject_is("{f}/业绩登记{v}({b}提交)")),
    "subject: no submitter": ("UF", _subject_is("{e}/{f}/业绩登记{v}")),
    "subject: dashes": ("AF", _subject_is("{e}-{f}-业绩登记{v}-{b}提交")),
    "subject: blanks between": ("C", _subject_is("{e} {f} 业绩登记{v} {b}提交")),
    "subject: event alone": ("IB", _subject(r"^.*/", "")),
    "subject: turned round": ("IB", _subject(r"^(.*)/(.*)$", r"\2/\1")),
    "subject: underscore": ("I", _subject("/", "_")),
    "subject: full width": ("AC", _accepted("{e}／{f}／业绩登记{v}（本人提交）")),
    "subject: marks of enumeration": ("U", _accepted("{e}、{f}、业绩登记{v}（本人提交）")),
    "subject: bars and blanks": ("A", _accepted("{e} | {f} | 业绩登记{v}（本人提交）")),
    "subject: forwarded": ("U", _accepted("Fw:转发：{e}/{f}/业绩登记{v}(本人提交)")),
    "subject: 申请 too many": ("A", _accepted("{e}/{f}/业绩登记{v}申请(本人提交)")),
    "subject: 申请 left out": ("F", _accepted("{e}/{f}/业绩登记截止(企业提交)")),
    "another firm in the subject": ("IAF", _other_firm_in_subject),
    "firm misspelt in the subject": ("IU", _misspelt),
    "firm not in the directory": ("IBAF", _not_in_directory),
    "from the earlier address": ("IF", _from_earlier),
    "copied to the earlier address": ("AC", _copied_to_earlier),
    "from a private address": ("IBF", _private_sender),
    "from another firm's address": ("IF", _of_another_firm),
    "engineer writes from the firm": ("AC", _from_the_firm),
    "firm among the recipients": ("AU", _copy_in_to),
    "copied to another firm": ("AC", _copy_to_another),
    "copied to a misspelt address": ("U", _copy_misspelt),
    "two authors": ("IA", _two_authors),
    "look-alike author": ("IF", _look_alike),
    "not authenticated": ("AF", _failed),
    "other mailbox": ("IAC", _other_box),
    "both mailboxes": ("AI", _both_boxes),
}
