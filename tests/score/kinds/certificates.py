"""What may be wrong with the handler's certificate of insurance, and what looks wrong but is not?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mailbot.demo.case import Facts
from mailbot.demo.certificates import whole_months_before
from mailbot.demo.ink import seal
from mailbot.demo.people import Person
from mailbot.demo.sheet import Sheet
from tests.score import variety
from tests.score.certificate_looks import Month
from tests.score.kinds.draft import Draft, Flaw, Kinds
from tests.score.paper_variety import certificate

_OTHER_KINDS = (
    ("重庆市城乡居民基本养老保险参保证明", "重庆市社会保险局"),
    ("成都市社会保险个人参保证明", "成都市社会保险事业管理局"),
    ("国家社会保险公共服务平台|养老保险个人权益记录单", "人力资源和社会保障部"),
    ("重庆市社会保险单位参保证明", "重庆市社会保险局"),
)


def _months(draft: Draft, *back: int) -> tuple[Month, ...]:
    """The months that lie so many before the month of receipt; 0 is that month itself."""
    newest_first = whole_months_before(draft.facts.received_on + timedelta(days=31), 40)[::-1]
    first = newest_first.index(f"{draft.facts.received_on:%Y-%m}")
    return tuple(sorted(newest_first[first + n] for n in back))


def _paid(*back: int, code: str | None = None, doubt: bool = False) -> Flaw:
    def flaw(draft: Draft) -> None:
        certificate(draft.parcel, paid=_months(draft, *back))
        if code:
            draft.expect(code, doubt=doubt)

    return flaw


def _other_kind(number: int) -> Flaw:
    def flaw(draft: Draft) -> None:
        title, issuer = _OTHER_KINDS[number]
        certificate(draft.parcel, title=title, issuer=issuer)
        draft.expect("insurance_wrong_kind")

    return flaw


def _without_pension(draft: Draft) -> None:
    """失业 and 工伤 are paid, 养老 is not: it alone counts (contract 3)."""
    months = whole_months_before(draft.facts.received_on, 6)
    drawn = draft.random.choice((_pension_unpaid, _pension_not_listed))(draft.facts, months)
    variety.put(draft.parcel, "insurance", "社保证明", drawn, draft.random.choice(("plain", "scan")))
    draft.expect("insurance_too_short")


def _medical(draft: Draft) -> None:
    """医疗保险 is another office's paper and lists no pension."""
    facts = draft.facts
    rows = [("费款所属期", "单位名称", "基本医疗保险", "生育保险", "到账情况")]
    rows += [
        (month.replace("-", ""), facts.firm.name, "已缴", "已缴", "已到账")
        for month in whole_months_before(facts.received_on, 8)
    ]
    drawn = _certificate(facts, (18, 48, 112, 138, 164, 190), rows, "重庆市基本医疗保险参保证明（个人）")
    variety.put(draft.parcel, "insurance", "医保参保证明", drawn, draft.random.choice(("plain", "scan")))
    draft.expect("insurance_wrong_kind")


def _flexible(draft: Draft) -> None:
    """He pays for himself: no employer, so that it cannot show 自有员工."""
    certificate(draft.parcel, employer="灵活就业人员（重庆市渝北区）")
    draft.expect("insurance_wrong_kind", may=("insurance_wrong_employer",))


def _flexible_before(draft: Draft) -> None:
    months = whole_months_before(draft.facts.received_on, 8)
    certificate(draft.parcel, paid=months[4:], before=("灵活就业人员", months[:4]))


def _pension_unpaid(facts: Facts, months: Sequence[Month]) -> Sheet:
    rows = [("费款所属期", "单位名称", "养老保险", "失业保险", "工伤保险")]
    rows += [(month.replace("-", ""), facts.firm.name, "未缴", "已缴", "已缴") for month in months]
    return _certificate(facts, (18, 48, 112, 138, 164, 190), rows)


def _pension_not_listed(facts: Facts, months: Sequence[Month]) -> Sheet:
    rows = [("险种", "单位名称", "缴费起始年月", "缴费截止年月", "缴费月数")]
    rows += [
        (kind, facts.firm.name, months[0].replace("-", ""), months[-1].replace("-", ""), str(len(months)))
        for kind in ("失业保险", "工伤保险")
    ]
    return _certificate(facts, (18, 52, 112, 140, 168, 190), rows)


def _certificate(
    facts: Facts,
    columns: Sequence[float],
    rows: Sequence[Sequence[str]],
    title: str = "重庆市社会保险参保证明（个人）",
) -> Sheet:
    sheet, person = Sheet(), facts.firm.handler
    sheet.centred(105, 20, title, 6, bold=True)
    sheet.text(20, 34, f"姓名：{person.name}　　公民身份号码：{person.citizen_id}", 4)
    sheet.text(20, 42, f"现参保单位：{facts.firm.name}", 4)
    top = 52.0
    for row in rows:
        for cell, left, right in zip(row, columns, columns[1:], strict=False):
            sheet.frame(left, top, right, top + 8)
            sheet.text(left + 1, top + 2.2, cell, min(3.4, (right - left - 2) / max(sheet.measure(cell, 1), 1)))
        top += 8
    sheet.text(20, top + 6, f"打印日期：{facts.received_on - timedelta(days=3)}", 4)
    sheet.stamp(seal("重庆市社会保险局"), 140, top, 38)
    return sheet


def _of_employer(words: str, doubt: bool = False) -> Flaw:
    def flaw(draft: Draft) -> None:
        certificate(draft.parcel, employer=words.format(firm=draft.facts.firm.name))
        draft.expect("insurance_wrong_employer", doubt=doubt)

    return flaw


def _near_employer(draft: Draft) -> None:
    """有限公司 and 有限责任公司 are two registered names."""
    name = draft.facts.firm.name
    other = name.replace("有限责任公司", "有限公司") if "有限责任" in name else name.replace("有限公司", "有限责任公司")
    certificate(draft.parcel, employer=other)
    draft.expect("insurance_wrong_employer")


def _of_person(draft: Draft, person: Person) -> None:
    certificate(draft.parcel, person=person)
    draft.expect("insurance_wrong_person")


def _of_engineer(draft: Draft) -> None:
    _of_person(draft, draft.facts.engineer)


def _of_legal_representative(draft: Draft) -> None:
    _of_person(draft, draft.facts.firm.legal_representative)


def _same_name(draft: Draft) -> None:
    """A namesake's: the number tells."""
    certificate(draft.parcel, person=replace(draft.another_person(), name=draft.facts.firm.handler.name))
    draft.expect("citizen_id_disagrees", may=("insurance_wrong_person",))


def _printed_later(draft: Draft) -> None:
    certificate(draft.parcel, printed_on=draft.facts.received_on + timedelta(days=9))
    draft.expect("insurance_outdated", doubt=True)


def _of_two_people(draft: Draft) -> None:
    """The engineer's certificate goes along with the handler's."""
    papers = draft.parcel.papers
    certificate(draft.parcel, person=draft.facts.engineer)
    papers["insurance of the engineer"] = papers.pop("insurance")
    certificate(draft.parcel)


CERTIFICATE: Kinds = {
    "one month paid": ("I", _paid(1, code="insurance_too_short")),
    "two months and this one": ("BF", _paid(0, 1, 2, code="insurance_too_short", doubt=True)),
    "two months paid": ("IF", _paid(1, 2, code="insurance_too_short")),
    "exactly three months": ("IBF", _paid(1, 2, 3)),
    "last month not booked yet": ("IB", _paid(*range(2, 9), code="insurance_too_short", doubt=True)),
    "a gap in the last three": ("IF", _paid(1, 3, 4, 5, 6, 7, code="insurance_too_short", doubt=True)),
    "a gap long before": ("IB", _paid(1, 2, 3, 4, 7, 8, 9)),
    "this month besides": ("BF", _paid(0, 1, 2, 3, 4)),
    "pension not paid": ("IBF", _without_pension),
    **{f"other kind {n}": ("IBF"[n % 3], _other_kind(n)) for n in range(len(_OTHER_KINDS))},
    "medical insurance": ("IF", _medical),
    "flexible worker": ("IB", _flexible),
    "flexible worker before": ("IF", _flexible_before),
    "branch": ("IF", _of_employer("{firm}渝北分公司", doubt=True)),
    "labour agency": ("B", _of_employer("重庆万众人力资源服务有限公司")),
    "near employer": ("IF", _near_employer),
    "engineer's certificate": ("B", _of_engineer),
    "legal representative's certificate": ("I", _of_legal_representative),
    "namesake's certificate": ("I", _same_name),
    "printed after receipt": ("IB", _printed_later),
    "engineer's certificate too": ("IB", _of_two_people),
}
