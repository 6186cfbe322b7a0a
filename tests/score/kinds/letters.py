"""What may be wrong with a promise letter, blank by blank, signature by signature, form by form?"""

from datetime import timedelta

from mailbot.demo import letters as demo
from mailbot.demo.ink import seal
from mailbot.demo.sheet import jpeg, pdf, pdf_of_pictures
from tests.score import variety
from tests.score.kinds.draft import Draft, Flaw, Kinds

_BLANKS = (
    "legal_representative", "legal_representative_id", "firm", "credit_identifier", "handler", "handler_id",
    "engineer", "engineer_id", "project", "section", "post", "action", "phone",
)  # fmt: skip
_SIGNERS = frozenset({"法定代表人", "承办人", "业绩登记申请人", "监理工程师"})
#: Which filings print which blank or ask for which hand; I, B … as in `table.FILINGS`.
_PRINTED = {
    "handler": "I", "handler_id": "I", "engineer": "AF", "engineer_id": "AF", "project": "UF", "section": "AF",
    "post": "AF", "action": "U", "phone": "IU",
}  # fmt: skip
#: What follows from an empty or foreign blank besides.
_FOLLOWS = (
    "firm_disagrees", "engineer_disagrees", "project_disagrees", "section_disagrees", "post_disagrees",
    "action_disagrees", "legal_representative_disagrees", "letter_altered",
)  # fmt: skip
#: A letter of another form is told for its form; what else is told of it does no harm.
_OTHER_FORM = (*_FOLLOWS, "letter_blank_unfilled", "letter_option_unticked", "letter_signature_missing")


def _empty(blank: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.blanks(**{blank: ""})
        draft.expect("letter_blank_unfilled", may=_FOLLOWS)

    return flaw


def _unsigned(*labels: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.letter(signed=_SIGNERS - set(labels))
        reconstructed = draft.parcel.forms[draft.facts.form].reconstructed
        draft.expect("letter_signature_missing", doubt=reconstructed and len(labels) == 1)

    return flaw


def _on_form(number: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        blanks = dict(demo.filling(draft.facts).blanks)
        draft.letter(form=number, blanks=blanks | {"action": blanks["action"] or "截止"})
        doubt = draft.parcel.forms[number].reconstructed
        draft.expect("letter_wrong_form", doubt=doubt, may=_OTHER_FORM)

    return flaw


def _stamped(draft: Draft) -> None:
    """The legal representative's name stamp instead of his hand (注: 不得使用印章、签名章)."""
    beside = demo.Style(seal_at=(48.0, -16.0), seal_width=36.0)
    draft.letter(stamped=frozenset({"法定代表人"}), signed=_SIGNERS - {"法定代表人"}, style=beside)
    draft.expect("letter_signature_unclear", doubt=True, may=("letter_signature_missing",))


def _never_on_paper(draft: Draft) -> None:
    """The form filled in on the screen and sent as it is, without pen and seal."""
    draft.way = "digital"
    draft.letter(signed=frozenset(), seal=None)
    draft.expect("letter_signature_missing", "letter_seal_missing")


def _no_seal(draft: Draft) -> None:
    draft.letter(seal=None)
    draft.expect("letter_seal_missing")


def _half_dated(draft: Draft) -> None:
    sheet_style = demo.Style(day="{year}年{month}月　　日")
    draft.letter(style=sheet_style)
    draft.expect("letter_undated")


def _undated(draft: Draft) -> None:
    draft.letter(dated=None)
    draft.expect("letter_undated", doubt=draft.parcel.forms[draft.facts.form].reconstructed)


def _dated_ahead(draft: Draft) -> None:
    draft.letter(dated=draft.facts.received_on + timedelta(days=6))
    draft.expect("letter_dated_after_receipt", doubt=True)


def _landline(draft: Draft) -> None:
    draft.blanks(phone=draft.random.choice(("023-62835071", "02368812345", "023—67451290", "88917256")))
    draft.expect("phone_not_mobile", doubt=True)


def _other_legal_representative(draft: Draft) -> None:
    person = draft.another_person()
    firm = draft.facts.firm
    signers = dict(demo.filling(draft.facts).signers) | {"法定代表人": person.name}
    blanks = dict(demo.filling(draft.facts).blanks)
    blanks |= {"legal_representative": person.name, "legal_representative_id": person.citizen_id}
    draft.letter(blanks=blanks, signers=signers, seal=seal(firm.name))
    draft.expect("legal_representative_disagrees", doubt=True)


def _wrong_digit(blank: str) -> Flaw:
    """One sign changed, so that the check digit no longer fits."""

    def flaw(draft: Draft) -> None:
        right = demo.filling(draft.facts).blanks[blank]
        at = draft.random.randrange(10, 16)
        wrong = str((int(right[at]) + 3) % 10) if right[at].isdecimal() else "7"
        draft.blanks(**{blank: right[:at] + wrong + right[at + 1 :]})
        draft.expect("identifier_invalid", may=("insurance_wrong_person", "citizen_id_disagrees"))

    return flaw


def _two_pictures(draft: Draft) -> None:
    """The same page photographed twice."""
    sheet = draft.letter_sheet()
    picture = sheet.picture(200)
    for number, key in enumerate(("letter", "letter again"), 1):
        shot = variety.travelled(picture, draft.random.choice(("photo", "scan")), draft.random)
        draft.parcel.papers[key] = (f"承诺保证书{number}.jpg", jpeg(shot))


def _clean_copy_too(draft: Draft) -> None:
    """The unsigned text goes along with the signed scan."""
    draft.letter()
    draft.parcel.papers["letter as typed"] = (
        "承诺保证书（电子版）.pdf",
        pdf([draft.letter_sheet(signed=frozenset(), seal=None, dated=None)]),
    )


def _one_page_of_two(number: int) -> Flaw:
    """What stands on the other page nobody can see: a person asks for it, or the letter is told for what it lacks."""

    def flaw(draft: Draft) -> None:
        filling = demo.filling(draft.facts)
        pages = demo.draw_letter_on_two(draft.parcel.forms[draft.facts.form], filling, draft.parcel.registry)
        picture = variety.travelled(pages[number].picture(200), "scan", draft.random)
        draft.parcel.papers["letter"] = ("承诺保证书.pdf", pdf_of_pictures([picture]))
        draft.parcel.may.add("*")
        draft.expect()

    return flaw


def _everything_ticked(draft: Draft) -> None:
    names = {"personnel_added": "周明、何雨", "personnel_changed": "韩立", "equipment_added": "全站仪"}
    ticked = frozenset({"基本信息", "新填报", "人员信息", "新增（{personnel_added}", "变更（{personnel_changed}"})
    draft.letter(ticked=ticked, blanks=dict(demo.filling(draft.facts).blanks) | names)


def _nothing_said_behind(option: str, head: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.letter(ticked=frozenset({head, option}))
        draft.expect("letter_blank_unfilled")

    return flaw


LETTER: Kinds = {
    **{f"{name} left empty": (_PRINTED.get(name, "IAF"), _empty(name)) for name in _BLANKS},
    "legal representative did not sign": ("IAF", _unsigned("法定代表人")),
    "handler did not sign": ("IF", _unsigned("承办人")),
    "engineer did not sign": ("AUC", _unsigned("业绩登记申请人")),
    "engineer of 3-1 did not sign": ("B", _unsigned("监理工程师")),
    "nobody signed": ("IUF", _unsigned(*_SIGNERS)),
    "never on paper": ("IA", _never_on_paper),
    "signature stamp": ("IAF", _stamped),
    "no seal": ("IBUCF", _no_seal),
    "day left open": ("IAF", _half_dated),
    "no date": ("BAF", _undated),
    "dated after receipt": ("IU", _dated_ahead),
    "landline": ("IIAU", _landline),
    "another legal representative": ("IA", _other_legal_representative),
    **{f"on form {n}": (f, _on_form(n)) for n, f in (("1-1", "BAF"), ("4-1-1", "IBCF"), ("4-1-3", "IAC"))},
    **{f"on form {n}": (f, _on_form(n)) for n, f in (("3-1", "I"), ("4-1-2", "AF"))},
    "wrong digit of the legal representative": ("IF", _wrong_digit("legal_representative_id")),
    "wrong digit of the engineer": ("AF", _wrong_digit("engineer_id")),
    "wrong digit of the handler": ("I", _wrong_digit("handler_id")),
    "wrong digit of the credit code": ("IUF", _wrong_digit("credit_identifier")),
    "page photographed twice": ("IA", _two_pictures),
    "unsigned text besides": ("IU", _clean_copy_too),
    "first page alone": ("AI", _one_page_of_two(0)),
    "second page alone": ("AI", _one_page_of_two(1)),
    "changes of people ticked": ("I", _everything_ticked),
    "nobody named behind 变更": ("I", _nothing_said_behind("变更（{personnel_changed}", "人员信息")),
    "no equipment named": ("I", _nothing_said_behind("新增（{equipment_added}", "试验检测设备")),
}
