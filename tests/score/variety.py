"""How else may the same application look: other type, other layouts, other machines, other defects?

Kept apart from the demo, which draws one clean kind of each paper: here the same facts are drawn so that a reader
which has only learnt the demo's looks fails.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from mailbot.demo import cards, certificates, letters, scanning, screens, sheet, statements
from mailbot.demo.certificates import whole_months_before
from mailbot.demo.ink import seal, square_seal
from mailbot.demo.parcel import Parcel
from mailbot.demo.people import Person
from mailbot.demo.sheet import Sheet, jpeg, pdf, pdf_of_pictures
from tests.score import monitor
from tests.score.variety_letters import a_look

# -- how a page travels ---------------------------------------------------------------------------------------------


def travelled(picture: Image.Image, way: str, rng: Random) -> Image.Image:
    """The page after a scanner or a telephone; `way` names what went wrong, several joined by "+"."""
    for step in way.split("+"):
        picture = _STEPS[step](picture, rng)
    return picture


def _coarse(picture: Image.Image, rng: Random) -> Image.Image:
    """150 dpi with noise, as an office copier sends it."""
    small = picture.resize((round(picture.width * 0.75), round(picture.height * 0.75)), Image.Resampling.LANCZOS)
    return scanning.scanned(small, rng, skew=1.6, noise=9)


def _squeezed(picture: Image.Image, rng: Random) -> Image.Image:
    packed = BytesIO()
    picture.convert("RGB").save(packed, "JPEG", quality=rng.randint(38, 46))
    return Image.open(packed).convert("RGB")


def _pale(picture: Image.Image, rng: Random) -> Image.Image:
    """Toner runs out."""
    pixels = np.asarray(picture.convert("RGB"), np.float32)
    return Image.fromarray(np.clip(255 - (255 - pixels) * rng.uniform(0.5, 0.65), 0, 255).astype(np.uint8))


def _soft(picture: Image.Image, rng: Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 1.3)))


def _lying(picture: Image.Image, rng: Random) -> Image.Image:
    return scanning.turned(picture, rng.choice((1, 3)))


def _black_and_white(picture: Image.Image, rng: Random) -> Image.Image:
    return picture.convert("L").point(lambda level: 255 if level > 150 else 0).convert("RGB")


_STEPS: dict[str, Callable[[Image.Image, Random], Image.Image]] = {
    "plain": lambda picture, rng: picture,
    "scan": scanning.scanned,
    "skew": lambda picture, rng: scanning.scanned(picture, rng, skew=3.5),
    "photo": scanning.photographed,
    "grey": lambda picture, rng: scanning.greyscale(picture),
    "bw": _black_and_white,
    "dpi150": _coarse,
    "jpeg40": _squeezed,
    "pale": _pale,
    "soft": _soft,
    "lying": _lying,
    "upside": lambda picture, rng: scanning.turned(picture, 2),
}
#: Ways in which a seal's colour survives.
COLOURED = (
    "scan",
    "photo",
    "dpi150",
    "scan+jpeg40",
    "skew",
    "scan+lying",
    "photo+lying",
    "scan+upside",
    "photo+jpeg40",
    "pale+scan",
    "scan+soft",
)


# -- certificates of other layouts ----------------------------------------------------------------------------------

Layout = Callable[[Person, str, Sequence[str], date, str], Sheet]


def grid(person: Person, employer: str, months: Sequence[str], printed_on: date, code: str) -> Sheet:
    """A row for each year, a column for each month, √ where it is paid."""
    drawn = Sheet()
    drawn.centred(105, 20, "重庆市城镇职工基本养老保险个人参保证明", 6)
    top = 36.0
    for label, value in (("姓名", person.name), ("社会保障号", person.citizen_id), ("参保单位", employer)):
        drawn.text(22, top, f"{label}：{value}", 4)
        top += 8
    columns = (20, 36, *(36 + 12.5 * n for n in range(1, 13)))
    years = sorted({month[:4] for month in months} | {f"{printed_on.year}"})
    rows = [("年度", *(f"{n}月" for n in range(1, 13)))]
    rows += [(year, *("√" if f"{year}-{n:02d}" in months else "" for n in range(1, 13))) for year in years]
    _table(drawn, columns, rows, top, 9)
    top += 9 * len(rows) + 6
    drawn.text(22, top, f"说明：√表示已缴费。验证码：{code}", 3.8)
    drawn.text(22, top + 8, f"打印日期：{printed_on}", 3.8)
    drawn.stamp(seal("重庆市社会保险局"), 140, top, 38)
    return drawn


def two_columns(person: Person, employer: str, months: Sequence[str], printed_on: date, code: str) -> Sheet:
    """Months in two columns side by side."""
    drawn = Sheet()
    drawn.centred(105, 20, "重庆市社会保险个人参保缴费证明", 6)
    drawn.text(22, 34, f"姓名：{person.name}　　身份证号码：{person.citizen_id}", 4)
    drawn.text(22, 42, f"单位名称：{employer}", 4)
    heads = ("费款所属期", "养老保险", "失业保险")
    cells = [(month.replace("-", ""), "已缴费", "已缴费") for month in months]
    half = (len(cells) + 1) // 2
    rows = [heads * 2]
    for number in range(half):
        right = cells[number + half] if number + half < len(cells) else ("", "", "")
        rows.append(cells[number] + right)
    _table(drawn, (20, 50, 78, 105, 135, 163, 190), rows, 54, 8)
    top = 54 + 8 * len(rows) + 6
    drawn.text(22, top, f"共计缴费{len(months)}个月。", 4)
    drawn.text(22, top + 8, f"打印时间：{printed_on.year}年{printed_on.month:02d}月{printed_on.day:02d}日", 4)
    drawn.text(22, top + 16, f"查验码：{code}", 4)
    drawn.stamp(seal("重庆市社会保险局"), 140, top, 38)
    return drawn


def _table(drawn: Sheet, columns: Sequence[float], rows: Sequence[Sequence[str]], top: float, high: float) -> None:
    for row in rows:
        drawn.frame(columns[0], top, columns[-1], top + high)
        for cell, (left, right) in zip(row, itertools.pairwise(columns), strict=True):
            drawn.rule(right, top, right, top + high)
            drawn.text(left + 1.5, top + 2.4, cell, 3.6)
        top += high


LAYOUTS: tuple[Layout, ...] = (certificates.month_rows, certificates.ranges, grid, two_columns)


def certificate(
    parcel: Parcel, way: str, *, months: int = 8, skip: int = 0, title: str | None = None, **changed: object
) -> None:
    facts = parcel.facts
    paid = whole_months_before(facts.received_on, months + skip)[:months]
    drawn = parcel.random.choice(LAYOUTS)(
        changed.get("person", facts.firm.handler),  # type: ignore[arg-type]  # as the caller says
        changed.get("employer", facts.firm.name),  # type: ignore[arg-type]
        paid,
        changed.get("printed_on", facts.received_on - timedelta(days=2)),  # type: ignore[arg-type]
        f"{parcel.random.randrange(16**12):012X}",
    )
    if title:
        first = next(step for step in drawn.steps if isinstance(step, sheet.Text))
        at = drawn.steps.index(first)
        drawn.steps[at] = replace(first, words=title, left=105 - drawn.measure(title, first.size) / 2)
    if way == "digital":
        parcel.papers["insurance"] = ("社保证明.pdf", pdf([drawn]))
    else:
        put(parcel, "insurance", "社保证明", drawn, way)


def put(parcel: Parcel, kind: str, name: str, paper: Sheet | Image.Image, way: str) -> None:
    picture = paper.picture(200) if isinstance(paper, Sheet) else paper
    picture = travelled(picture, way, parcel.random)
    if parcel.random.random() < 0.5:
        parcel.papers[kind] = (f"{name}.pdf", pdf_of_pictures([picture]))
    else:
        parcel.papers[kind] = (f"{name}.jpg", jpeg(picture))


#: The letter's second page, where it is a file of its own.
_REST = "letter's rest"


def letter(parcel: Parcel, way: str, form: str | None = None, **changed: object) -> tuple[str, ...]:
    """The promise letter in some other look; what is special about it, in words."""
    rng = parcel.random
    look = a_look(rng)
    blank = parcel.forms[form or parcel.facts.form]
    filling = letters.filling(parcel.facts, **({"hand": look.hand, "style": look.style} | changed))
    if look.pages == 1:
        drawn = [letters.draw_letter(blank, filling, parcel.registry)]
    else:
        drawn = list(letters.draw_letter_on_two(blank, filling, parcel.registry))
    for one in drawn:
        one.font = look.font
    pictures = [travelled(one.picture(200), way, rng) for one in drawn]
    parcel.papers.pop(_REST, None)
    if len(pictures) > 1 and rng.random() < 0.5:
        parcel.papers["letter"] = ("承诺保证书-1.jpg", jpeg(pictures[0]))
        parcel.papers[_REST] = ("承诺保证书-2.jpg", jpeg(pictures[1]))
        return (*look.words, "two files")
    if len(pictures) > 1 or rng.random() < 0.5:
        parcel.papers["letter"] = ("承诺保证书.pdf", pdf_of_pictures(pictures))
    else:
        parcel.papers["letter"] = ("承诺保证书.jpg", jpeg(pictures[0]))
    return look.words


# -- screens --------------------------------------------------------------------------------------------------------


def on_screen(
    picture: Image.Image, rng: Random, ways: tuple[str, ...] = ("whole", "scaled", "cropped", "photo", "jpeg40")
) -> tuple[Image.Image, str]:
    """Cropped, scaled, or photographed from the screen, in one of these ways."""
    how = rng.choice(ways)
    if how == "scaled":
        share = rng.choice((0.75, 1.25, 1.6, 2.0))
        picture = picture.resize(
            (round(picture.width * share), round(picture.height * share)), Image.Resampling.LANCZOS
        )
    if how == "cropped":
        picture = picture.crop((0, 0, picture.width, round(picture.height * rng.uniform(0.72, 0.9))))
    if how == "photo":
        picture = picture.resize((picture.width * 3 // 2, picture.height * 3 // 2), Image.Resampling.LANCZOS)
        picture = scanning.photographed(picture, rng)
    if how == "monitor":
        picture = monitor.photographed(picture, rng.choice(monitor.LOOKS), rng)
    if how == "jpeg40":
        picture = _squeezed(picture, rng)
    return picture, how


def all_in_one(parcel: Parcel) -> None:
    """Every paper a page of one PDF."""
    if _REST in parcel.papers:
        return
    pictures = []
    for _, data in parcel.papers.values():
        if data[:2] != b"\xff\xd8":
            return
        pictures.append(Image.open(BytesIO(data)).convert("RGB"))
    parcel.papers.clear()
    parcel.papers["all"] = ("申请材料.pdf", pdf_of_pictures(pictures))


# -- defects --------------------------------------------------------------------------------------------------------


def half_seal(firm: str) -> Image.Image:
    whole = seal(firm)
    cut = Image.new("RGBA", whole.size, (255, 255, 255, 0))
    cut.paste(whole.crop((0, 0, whole.width // 2, whole.height)), (0, 0))
    return cut


CLAUSES = (
    ("本人将接受", "本人不接受"),
    ("均真实有效", "部分真实有效"),
    ("均真实有效", "真实有效"),
    ("我司将接受", "我司可接受"),
    ("将自愿撤销", "将撤销"),
    ("所有信息", "部分信息"),
    ("确认已有效整改", "确认已整改"),
    ("给予的处罚", "给予的警告"),
    ("真实意愿", "部分意愿"),
    ("现同意其", "现不同意其"),
)

Defect = Callable[[Parcel, str], None]


def _altered(parcel: Parcel, way: str) -> None:
    text = "".join(party.text for party in parcel.forms[parcel.facts.form].parties)
    fitting = [change for change in CLAUSES if change[0] in text]
    letter(parcel, way, changed=dict([parcel.random.choice(fitting)]))
    parcel.expect("letter_altered")


def _wrong_form(parcel: Parcel, way: str) -> None:
    other = parcel.random.choice([n for n in ("1-1", "4-1-1", "4-1-3") if n != parcel.facts.form])
    letter(parcel, way, form=other)
    parcel.expect(
        "letter_wrong_form",
        may=("letter_blank_unfilled", "letter_option_unticked", "project_disagrees", "post_disagrees"),
    )


def _unsealed(parcel: Parcel, way: str) -> None:
    letter(parcel, way, seal=None)
    parcel.expect("letter_seal_missing", verdicts=("correction", "referred"))


def _marked(stamp: Callable[[str], Image.Image], code: str) -> Defect:
    def defect(parcel: Parcel, way: str) -> None:
        letter(parcel, way, seal=stamp(parcel.facts.firm.name))
        parcel.expect(code, verdicts=("referred",))

    return defect


def _grey(parcel: Parcel, way: str) -> None:
    letter(parcel, parcel.random.choice(("scan+grey", "dpi150+grey", "scan+bw", "scan+grey+jpeg40")))
    parcel.expect("letter_seal_unclear", verdicts=("referred",), may=("letter_signature_unclear",))


def _unsigned(parcel: Parcel, way: str) -> None:
    signed = {"法定代表人", "承办人", "业绩登记申请人", "监理工程师"}
    asked = [p.label for party in parcel.forms[parcel.facts.form].parties for p in party.sign if p.role]
    letter(parcel, way, signed=frozenset(signed - {parcel.random.choice(asked)}))
    parcel.expect("letter_signature_missing")


def _undated(parcel: Parcel, way: str) -> None:
    letter(parcel, way, dated=None)
    parcel.expect("letter_undated")


def _unticked(parcel: Parcel, way: str) -> None:
    letter(parcel, way, ticked=frozenset())
    parcel.expect("letter_option_unticked")


def _nobody_signed(parcel: Parcel, way: str) -> None:
    letter(parcel, way, signed=frozenset())
    parcel.expect("letter_signature_missing")


def _typed(parcel: Parcel, way: str) -> None:
    """The legal representative's name in the form's own print."""
    letter(parcel, way, typed=frozenset({"法定代表人"}))
    parcel.expect("letter_signature_unclear", verdicts=("referred",))


def _unsaid(parcel: Parcel, way: str) -> None:
    """New people are ticked, but nobody is named."""
    letter(parcel, way, ticked=frozenset({"人员信息", "新增（{personnel_added}"}))
    parcel.expect("letter_blank_unfilled")


def _both_actions(parcel: Parcel, way: str) -> None:
    letter(parcel, way, blanks=dict(letters.filling(parcel.facts).blanks) | {"action": "新增/更新"})
    parcel.expect("letter_blank_unfilled", verdicts=("referred",))


def _empty(parcel: Parcel, way: str) -> None:
    text = "".join(party.text for party in parcel.forms[parcel.facts.form].parties)
    name = parcel.random.choice(
        [
            n
            for n in ("firm", "credit_identifier", "legal_representative_id", "handler_id", "project")
            if f"{{{n}}}" in text
        ]
    )
    letter(parcel, way, blanks=dict(letters.filling(parcel.facts).blanks) | {name: ""})
    parcel.expect("letter_blank_unfilled", may=("firm_disagrees", "project_disagrees", "section_disagrees"))


def _swapped(number: str, rng: Random) -> str:
    at = rng.randrange(6, 16)
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


def _wrong_id(parcel: Parcel, way: str) -> None:
    blanks = dict(letters.filling(parcel.facts).blanks)
    name = "legal_representative_id"
    letter(parcel, way, blanks=blanks | {name: _swapped(blanks[name], parcel.random)})
    parcel.expect("identifier_invalid")


def _impostor(parcel: Parcel, way: str) -> None:
    title = parcel.random.choice(
        (
            "重庆市社会保险参保证明（单位）",
            "四川省社会保险个人参保证明",
            "重庆市社会保险权益记录单",
            "灵活就业人员参保证明",
        )
    )
    certificate(parcel, parcel.random.choice(("digital", "scan")), title=title)
    parcel.expect("insurance_wrong_kind")


def _short(parcel: Parcel, way: str) -> None:
    certificate(parcel, parcel.random.choice(("digital", "scan")), months=2)
    parcel.expect("insurance_too_short")


def _other_person(parcel: Parcel, way: str) -> None:
    certificate(parcel, parcel.random.choice(("digital", "scan")), person=parcel.registry.person())
    parcel.expect("insurance_wrong_person")


def _other_employer(parcel: Parcel, way: str) -> None:
    certificate(parcel, parcel.random.choice(("digital", "scan")), employer=parcel.registry.firm().name)
    parcel.expect("insurance_wrong_employer")


def _without(kind: str, code: str) -> Defect:
    def defect(parcel: Parcel, way: str) -> None:
        parcel.papers.pop(kind)
        parcel.papers.pop(_REST if kind == "letter" else "", None)
        parcel.expect(code)

    return defect


def _status(parcel: Parcel, way: str) -> None:
    if parcel.facts.submitted_by == "engineer" and parcel.random.random() < 0.5:
        word = parcel.random.choice(("草稿", "待提交", "未上报", "已退回"))
        shown(parcel, "national", screens.national(parcel.facts, status=word))
    else:
        word = parcel.random.choice(("未发布", "草稿", "已退回"))
        shown(parcel, "municipal", screens.municipal(parcel.facts, parcel.registry, status=word))
    parcel.expect("screenshot_not_submitted")


def _project(parcel: Parcel, way: str) -> None:
    shown(parcel, "municipal", screens.municipal(parcel.facts, parcel.registry))
    other = parcel.registry.project()
    while other.name == parcel.facts.project.name:
        other = parcel.registry.project()
    changed = replace(parcel.facts, project=replace(parcel.facts.project, name=other.name))
    shown(parcel, "municipal", screens.municipal(changed, parcel.registry))
    parcel.expect("project_disagrees")


def _start(parcel: Parcel, way: str) -> None:
    day = parcel.facts.started_on - timedelta(days=3)
    shown(parcel, "municipal", screens.municipal(parcel.facts, parcel.registry, 任职时间=f"{day} 至 今"))
    parcel.expect("dates_disagree")


def _late(parcel: Parcel, way: str) -> None:
    parcel.facts = replace(parcel.facts, started_on=parcel.facts.started_on - timedelta(days=60))
    shown(parcel, "municipal", screens.municipal(parcel.facts, parcel.registry))
    shown(parcel, "national", screens.national(parcel.facts))
    parcel.expect("late_unexplained")


def _late_explained(parcel: Parcel, way: str) -> None:
    _late(parcel, way)
    put(parcel, "explanation", "情况说明", statements.explanation(parcel.facts, parcel.registry), "scan")
    parcel.codes.clear()
    parcel.verdicts = ("complete",)


def _card(parcel: Parcel, way: str) -> None:
    other = replace(parcel.registry.person(), name=parcel.facts.engineer.name)
    parcel.put("card", "身份证扫描件", cards.both_sides(other, parcel.random), "plain")
    parcel.put("in_hand", "手持身份证照片", cards.in_hand(other, parcel.random), "plain")
    parcel.expect("citizen_id_disagrees")


def shown(parcel: Parcel, kind: str, picture: Image.Image) -> None:
    picture, _ = on_screen(picture, parcel.random)
    name = {"national": "全国系统截图", "municipal": "重庆系统截图"}[kind]
    parcel.papers[kind] = (f"{name}.jpg", jpeg(picture))


LETTER: dict[str, Defect] = {
    "altered": _altered,
    "wrong form": _wrong_form,
    "no seal": _unsealed,
    "faint seal": _marked(lambda firm: seal(firm, strength=0.16), "letter_seal_unclear"),
    "half seal": _marked(half_seal, "letter_seal_unclear"),
    "square seal": _marked(lambda firm: square_seal(firm[2:4]), "letter_seal_unclear"),
    "grey": _grey,
    "unsigned": _unsigned,
    "nobody signed": _nobody_signed,
    "typed signature": _typed,
    "undated": _undated,
    "blank left empty": _empty,
    "wrong check digit": _wrong_id,
    "no letter": _without("letter", "letter_missing"),
}
BY_FIRM: dict[str, Defect] = {
    "impostor certificate": _impostor,
    "two months": _short,
    "another person": _other_person,
    "another employer": _other_employer,
    "no certificate": _without("insurance", "insurance_missing"),
}
BY_ENGINEER: dict[str, Defect] = {
    "contrary status": _status,
    "no national page": _without("national", "screenshot_national_missing"),
    "no municipal page": _without("municipal", "screenshot_municipal_missing"),
    "no card": _without("card", "id_card_missing"),
    "no card in hand": _without("in_hand", "card_in_hand_photo_missing"),
    "another card": _card,
    "another project": _project,
}
ADDED: dict[str, Defect] = {"late": _late, "late explained": _late_explained, "another start": _start}


def defects_of(parcel: Parcel) -> dict[str, Defect]:
    facts = parcel.facts
    found = dict(LETTER)
    found |= BY_FIRM if facts.submitted_by == "firm" else BY_ENGINEER
    if facts.form == "4-1-3":  # prints neither the handler nor his number: nothing to compare the certificate with
        found.pop("another person")
    if facts.action == "add":
        found |= ADDED
    if facts.matter == "firm_information":
        found |= {"no box ticked": _unticked, "ticked but not said what": _unsaid}
    if parcel.forms[facts.form].reconstructed:
        found.pop("nobody signed")  # certain there, other than one signature that lacks
    if "action" in parcel.forms[facts.form].blanks:
        found["both actions"] = _both_actions
    return found


def redressed(parcel: Parcel, defect: str | None) -> list[str]:
    """The same application in other looks, with that defect; what was done to it, in words."""
    rng = parcel.random
    way = rng.choice(COLOURED)
    words = [way, *letter(parcel, way)]
    if "insurance" in parcel.papers:
        certificate(parcel, rng.choice(("digital", "scan", "scan", "photo", "dpi150")))
    for kind, drawn in (("municipal", screens.municipal), ("national", screens.national)):
        if kind in parcel.papers:
            picture = drawn(parcel.facts, parcel.registry) if kind == "municipal" else screens.national(parcel.facts)
            picture, how = on_screen(picture, rng)
            name = {"national": "全国系统截图", "municipal": "重庆系统截图"}[kind]
            parcel.papers[kind] = (f"{name}.jpg", jpeg(picture))
            words.append(f"{kind} {how}")
    if defect:
        defects_of(parcel)[defect](parcel, way)
        words.append(defect)
    elif "blanks by hand" in words:
        parcel.verdicts = ("complete", "referred")
    if rng.random() < 0.2:
        all_in_one(parcel)
        words.append("all in one")
    return words
