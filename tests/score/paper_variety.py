"""Applications whose letter is plain and whose other papers come in every look, with the defects of those papers.

python -m tests.score.make_samples FOLDER --papers --seed 707 --count 40
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from PIL import Image, ImageOps

from mailbot.demo import cards, statements
from mailbot.demo.case import POSTS
from mailbot.demo.certificates import whole_months_before
from mailbot.demo.parcel import Parcel
from mailbot.demo.people import Person, Project
from mailbot.demo.sheet import jpeg, pdf, pdf_of_pictures
from tests.score import card_looks, certificate_looks, screen_looks, variety, variety_letters
from tests.score.certificate_looks import Insured

LONG_NAMES = (
    "城口至开州高速公路扩能改造工程（城口段）及连接线",
    "彭水至酉阳（黔渝界）高速公路土建及房建机电交安工程",
    "渝蓉高速公路大足至内江（川渝界）段扩容工程",
)
#: Nothing is cut off a screen: what is cropped is lost to every reader.
_SCREENS = ("whole", "whole", "scaled", "photo", "monitor", "jpeg40")
#: How a certificate travels.
_WAYS = (
    "digital",
    "digital",
    "scan",
    "scan",
    "photo",
    "dpi150",
    "scan+jpeg40",
    "skew",
    "scan+lying",
    "grey",
    "pale+scan",
)


def certificate(parcel: Parcel, *, months: int | None = None, unpaid: int = 0, **changed: object) -> None:
    facts, rng = parcel.facts, parcel.random
    listed = whole_months_before(facts.received_on, (months or rng.choice((3, 5, 8, 12, 16))) + unpaid)
    insured = Insured(
        person=facts.firm.handler,
        employer=facts.firm.name,
        paid=listed[: len(listed) - unpaid],
        unpaid=listed[len(listed) - unpaid :],
        printed_on=facts.received_on - timedelta(days=rng.randint(0, 12)),
        code=f"{rng.randrange(16**12):012X}",
    )
    insured = replace(insured, **changed)  # type: ignore[arg-type]  # as the caller says
    sheets, way = certificate_looks.draw(insured, rng), rng.choice(_WAYS)
    if way == "digital":
        parcel.papers["insurance"] = ("社保证明.pdf", pdf(sheets))
        return
    for sheet in sheets:
        sheet.font = rng.choice([*variety_letters.fonts(), None])
    _travel(parcel, "insurance", "社保证明", [sheet.picture(200) for sheet in sheets], way)


def _travel(parcel: Parcel, kind: str, name: str, pictures: list[Image.Image], way: str) -> None:
    """As a PDF of pictures or as a picture; several pages only as a PDF."""
    pages = [variety.travelled(picture, way, parcel.random) for picture in pictures]
    if len(pages) > 1 or parcel.random.random() < 0.5:
        parcel.papers[kind] = (f"{name}.pdf", pdf_of_pictures(pages))
    else:
        parcel.papers[kind] = (f"{name}.jpg", jpeg(pages[0]))


def screen(parcel: Parcel, kind: str, **changed: object) -> None:
    facts = parcel.facts
    if kind == "national":
        picture = screen_looks.national(facts, parcel.random, **changed)  # type: ignore[arg-type]
    else:
        picture = screen_looks.municipal(facts, parcel.registry, **changed)  # type: ignore[arg-type]
    picture, _ = variety.on_screen(picture, parcel.random, _SCREENS)
    name = {"national": "全国系统截图", "municipal": "重庆系统截图"}[kind]
    if parcel.random.random() < 0.2:
        parcel.papers[kind] = (f"{name}.pdf", pdf_of_pictures([picture], dpi=110))
    else:
        parcel.papers[kind] = (f"{name}.jpg", jpeg(picture))


def card(parcel: Parcel, person: Person, until: str = "2036.05.12") -> None:
    """Both sides on a page, one above the other or side by side, a grey copy, tilted; or a file for each side."""
    rng = parcel.random
    if rng.random() < 0.5:
        pictures = card_looks.scan(person, until, rng.choice(card_looks.SCAN_LOOKS), rng)
        for key, name, picture in zip(("card", "card back"), ("身份证正面", "身份证反面"), pictures, strict=False):
            parcel.papers[key] = (f"{name}.jpg", jpeg(picture))
        return
    front, back = cards.front(person, rng).picture(220), cards.back(until).picture(220)
    look = rng.choice(("page", "page", "beside", "copy", "tilted", "two files"))
    if look == "two files":
        parcel.papers["card"] = ("身份证正面.jpg", jpeg(_on_paper([front], rng)))
        parcel.papers["card back"] = ("身份证反面.jpg", jpeg(_on_paper([back], rng)))
        return
    page = _on_paper([front, back], rng, beside=look == "beside")
    if look == "copy":
        page = ImageOps.autocontrast(page.convert("L"), cutoff=2).convert("RGB")
    if look == "tilted":
        page = page.rotate(rng.uniform(-4, 4), fillcolor=(250, 250, 248), resample=Image.Resampling.BICUBIC)
    _travel(parcel, "card", "身份证扫描件", [page], rng.choice(("plain", "scan", "photo", "dpi150")))


def in_hand(parcel: Parcel, person: Person) -> None:
    look = parcel.random.choice(card_looks.HAND_LOOKS)
    parcel.papers["in_hand"] = ("手持身份证照片.jpg", jpeg(card_looks.in_hand(person, look, parcel.random)))


def _on_paper(sides: list[Image.Image], rng: Random, *, beside: bool = False) -> Image.Image:
    page = Image.new("RGB", (1754, 1240) if beside else (1240, 1754), (250, 250, 248))
    for number, side in enumerate(sides):
        page.paste(side, (90 + 830 * number, 320) if beside else (rng.randint(120, 420), 180 + 720 * number))
    return page


def late_papers(parcel: Parcel) -> None:
    """One sheet or two, with a text layer, scanned or photographed."""
    sheet = statements.explanation(parcel.facts, parcel.registry)
    if parcel.random.random() < 0.4:
        parcel.papers["explanation"] = ("情况说明及承诺书.pdf", pdf([sheet]))
    else:
        way = parcel.random.choice(("scan", "photo", "grey", "dpi150"))
        _travel(parcel, "explanation", "逾期情况说明", [sheet.picture(200)], way)


# -- defects --------------------------------------------------------------------------------------------------------

Defect = Callable[[Parcel], None]


def _short(parcel: Parcel) -> None:
    certificate(parcel, months=parcel.random.choice((1, 2)))
    parcel.expect("insurance_too_short")


def _unpaid(parcel: Parcel) -> None:
    """The last months stand there as not paid: three and more are paid in all, so a person decides (I13)."""
    certificate(parcel, months=6, unpaid=2)
    parcel.expect("insurance_too_short", verdicts=("referred", "correction"))


def _stranger(parcel: Parcel) -> None:
    certificate(parcel, person=parcel.registry.person())
    parcel.expect("insurance_wrong_person")


def _elsewhere(parcel: Parcel) -> None:
    certificate(parcel, employer=parcel.registry.firm().name)
    parcel.expect("insurance_wrong_employer")


def _impostor(parcel: Parcel) -> None:
    title, issuer = parcel.random.choice(
        (
            ("重庆市社会保险参保证明（单位）", "重庆市社会保险局"),
            ("重庆市社会保险参保证明（单位）—参保人员明细", "重庆市社会保险局"),
            ("四川省社会保险个人参保证明", "四川省社会保险管理局"),
            ("贵州省社会保险参保缴费证明（个人）", "贵州省社会保险事业局"),
            ("浙江省社会保险参保证明（个人专用）", "浙江省社会保险和就业服务中心"),
            ("个人权益记录单（企业职工基本养老保险）", "重庆市社会保险局"),
            ("企业职工基本养老保险参保缴费凭证", "重庆市社会保险局"),
            ("重庆市城乡居民基本养老保险参保证明", "重庆市社会保险局"),
            ("重庆市灵活就业人员基本养老保险参保证明", "重庆市社会保险局"),
        )
    )
    certificate(parcel, title=title, issuer=issuer)
    parcel.expect("insurance_wrong_kind")


def _old(parcel: Parcel) -> None:
    day = parcel.facts.received_on - timedelta(days=150)
    certificate(parcel, paid=whole_months_before(day, 8), printed_on=day)
    parcel.expect("insurance_too_short", verdicts=("referred", "correction"), may=("insurance_outdated",))


def _before(parcel: Parcel) -> None:
    """A change of employer within the months is no defect."""
    months = whole_months_before(parcel.facts.received_on, 8)
    certificate(parcel, paid=months[5:], before=(parcel.registry.firm().name, months[:5]))


def _status(parcel: Parcel) -> None:
    rng = parcel.random
    if parcel.facts.submitted_by == "engineer" and rng.random() < 0.5:
        screen(parcel, "national", status=rng.choice(("草稿", "待提交", "未上报", "已退回", "未提交", "退回修改")))
    else:
        screen(parcel, "municipal", status=rng.choice(("未发布", "草稿", "已退回", "待发布")))
    parcel.expect("screenshot_not_submitted")


def _project(parcel: Parcel) -> None:
    other = parcel.registry.project()
    while other.name[:2] == parcel.facts.project.name[:2]:
        other = parcel.registry.project()
    facts = parcel.facts
    parcel.facts = replace(facts, project=replace(facts.project, name=other.name))
    screen(parcel, "municipal")
    parcel.facts = facts
    parcel.expect("project_disagrees")


def _post(parcel: Parcel) -> None:
    other = next(post for post in POSTS[::-1] if post[:2] != parcel.facts.post[:2])
    screen(parcel, "municipal", post=other)
    parcel.expect("post_disagrees")


def _start(parcel: Parcel) -> None:
    facts = parcel.facts
    parcel.facts = replace(facts, started_on=facts.started_on - timedelta(days=parcel.random.choice((2, 9, 31))))
    screen(parcel, "municipal")
    parcel.facts = facts
    parcel.expect("dates_disagree", may=("late_unexplained",))


def _late(parcel: Parcel) -> None:
    parcel.facts = replace(parcel.facts, started_on=parcel.facts.started_on - timedelta(days=60))
    screen(parcel, "municipal")
    screen(parcel, "national")
    parcel.expect("late_unexplained")


def _late_explained(parcel: Parcel) -> None:
    _late(parcel)
    late_papers(parcel)
    parcel.codes.clear()
    parcel.verdicts = ("complete",)


def _handed_over(parcel: Parcel) -> None:
    screen(parcel, "municipal", completed_on=parcel.facts.received_on - timedelta(days=100))
    parcel.expect("late_closed", verdicts=("referred",))


def _other_card(parcel: Parcel) -> None:
    other = replace(parcel.registry.person(), name=parcel.facts.engineer.name)
    card(parcel, other)
    in_hand(parcel, other)
    parcel.expect("citizen_id_disagrees")


def _expired(parcel: Parcel) -> None:
    card(parcel, parcel.facts.engineer, until=f"{date(2021, 5, 12):%Y.%m.%d}")
    parcel.expect("id_card_expired", verdicts=("referred",))


def _long_term(parcel: Parcel) -> None:
    card(parcel, parcel.facts.engineer, until=cards.LONG_TERM)


def _without(kind: str, code: str) -> Defect:
    def defect(parcel: Parcel) -> None:
        for key in [key for key in parcel.papers if key.startswith(kind)]:
            parcel.papers.pop(key)
        parcel.expect(code)

    return defect


BY_FIRM: dict[str, Defect] = {
    "two months": _short,
    "unpaid months": _unpaid,
    "another person": _stranger,
    "another employer": _elsewhere,
    "impostor": _impostor,
    "old certificate": _old,
    "employer before": _before,
    "no certificate": _without("insurance", "insurance_missing"),
}
BY_ENGINEER: dict[str, Defect] = {
    "contrary status": _status,
    "another project": _project,
    "another post": _post,
    "another card": _other_card,
    "expired card": _expired,
    "card without an end": _long_term,
    "no card": _without("card", "id_card_missing"),
    "no national page": _without("national", "screenshot_national_missing"),
    "no municipal page": _without("municipal", "screenshot_municipal_missing"),
}
ADDED: dict[str, Defect] = {"late": _late, "late explained": _late_explained, "another start": _start}


def defects_of(parcel: Parcel) -> dict[str, Defect]:
    facts = parcel.facts
    found = dict(BY_FIRM if facts.submitted_by == "firm" else BY_ENGINEER)
    if facts.form == "4-1-3":  # prints neither the handler nor his number: nothing to compare the certificate with
        found.pop("another person")
    if facts.action == "add":
        found |= ADDED
    if facts.action == "update":
        found["handed over"] = _handed_over
    return found


def redressed(parcel: Parcel, defect: str | None) -> list[str]:
    """The same application with its papers in other looks and with that defect."""
    rng = parcel.random
    if parcel.facts.matter == "engineer_track_record" and rng.random() < 0.5:
        parcel.facts = replace(parcel.facts, project=Project(rng.choice(LONG_NAMES), parcel.facts.project.section))
    parcel.letter("digital")
    if "insurance" in parcel.papers:
        certificate(parcel)
    for kind in ("municipal", "national"):
        if kind in parcel.papers:
            screen(parcel, kind)
    if "card" in parcel.papers:
        card(parcel, parcel.facts.engineer)
    if "in_hand" in parcel.papers:
        in_hand(parcel, parcel.facts.engineer)
    if "explanation" in parcel.papers:
        late_papers(parcel)
    if defect:
        defects_of(parcel)[defect](parcel)
    return [defect] if defect else []
