"""What does a filled-in, signed and sealed commitment letter look like?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from PIL import Image

from mailbot.demo.case import Facts
from mailbot.demo.ink import seal, signature, square_seal, tick, written
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet
from parsers.documents.forms import Form, Party, SignPlace

_TOKEN = re.compile(r"\{([a-z_0-9+]+)\}|(□)|([^{}□])", re.S)


_LOWEST: Final = 288.0  #: millimetres from the sheet's top to which print may reach
_CLOSEST: Final = 1.3  #: leading below which lines would touch


@dataclass(frozen=True)
class Style:
    """How the form is set; the defaults are the demo's one look."""

    em: float = 4.3  #: millimetres of a character
    leading: float = 1.72  #: from line to line, in characters
    blank_font: Path | None = None  #: what is filled in stands in another type
    pen: tuple[int, int, int] | None = None  #: colour of a hand that fills in the blanks in `blank_font`
    spaced: bool = False  #: a space on either side of a blank
    annex: bool = False  #: 附件4-1-1 above the title
    framed: bool = True  #: in a table with the party's heading at the left, as the circular prints it
    seal_at: tuple[float, float] = (30.0, -18.0)  #: from where the label to sign begins
    seal_width: float = 38.0
    seal_turn: float = 0.0
    between_signs: float = 13.0  #: from one place to sign to the next
    day: str = "{year}年{month}月{day}日"
    tick: str = "tick"
    open_blank: str = "　　　"  #: the underlined room that an empty blank leaves


@dataclass(frozen=True)
class Filling:
    """How one letter is filled in; the defaults make it perfect."""

    blanks: Mapping[str, str]
    signers: Mapping[str, str]  #: who signs, by the label of the place
    ticked: frozenset[str] = frozenset({"基本信息", "新填报"})  #: the words behind the boxes of form 1-1
    dated: date | None = None
    signed: frozenset[str] = frozenset({"法定代表人", "承办人", "业绩登记申请人", "监理工程师"})
    typed: frozenset[str] = frozenset()  #: places where the name is printed instead
    stamped: frozenset[str] = frozenset()  #: places where a red name stamp stands instead
    seal: Image.Image | None = None
    changed: Mapping[str, str] = field(default_factory=dict)  #: printed wording → what stands there instead
    hand: Path | None = None  #: a font for signatures
    style: Style = field(default_factory=Style)


def filling(facts: Facts, **changed: object) -> Filling:
    """The perfect letter of an application, with what the caller changes."""
    firm, engineer = facts.firm, facts.engineer
    blanks = {
        "legal_representative": firm.legal_representative.name,
        "legal_representative_id": firm.legal_representative.citizen_id,
        "firm": firm.name,
        "credit_identifier": firm.credit_identifier,
        "handler": firm.handler.name,
        "handler_id": firm.handler.citizen_id,
        "engineer": engineer.name,
        "engineer_id": engineer.citizen_id,
        "project": facts.project.name,
        "section": facts.project.section,
        "post": facts.post,
        "action": {"add": "新增", "update": "更新"}.get(facts.action or "", ""),
        "phone": engineer.mobile if facts.submitted_by == "engineer" else firm.handler.mobile,
        "engineer_phone": engineer.mobile,
    }
    signers = {
        "法定代表人": firm.legal_representative.name,
        "承办人": firm.handler.name,
        "业绩登记申请人": engineer.name,
        "监理工程师": engineer.name,
    }
    values: dict[str, object] = {
        "blanks": blanks,
        "signers": signers,
        "dated": facts.received_on,
        "seal": seal(firm.name),
    } | changed
    return Filling(**values)  # type: ignore[arg-type]  # the caller's words are Filling's own


def draw_letter(form: Form, fill: Filling, registry: Registry) -> Sheet:
    """One page: title, a ruled table with a party's promise in each row, date, footnote; set closer until it fits."""
    before = registry.random.getstate()
    setter = _Setter(Sheet(), fill, registry)
    drawn = setter.whole(form)
    if setter.fits or fill.style.leading < _CLOSEST:
        return drawn
    registry.random.setstate(before)
    closer = replace(fill.style, leading=fill.style.leading - 0.1, between_signs=fill.style.between_signs - 0.5)
    return draw_letter(form, replace(fill, style=closer), registry)


def draw_letter_on_two(form: Form, fill: Filling, registry: Registry) -> tuple[Sheet, Sheet]:
    """Two pages: the second begins with the last party, or with the places to sign where there is only one."""
    first, second = Sheet(), Sheet()
    top = _Setter(first, fill, registry)
    top.title(form)
    rest = _Setter(second, fill, registry)
    if len(form.parties) > 1:
        top.parties(form.parties[:-1])
        rest.parties(form.parties[-1:])
    else:
        top.parties(form.parties, signed=False)
        rest.parties(form.parties, worded=False)
    rest.end(form)
    return first, second


class _Setter:
    """Sets one letter from the top of its page down."""

    def __init__(self, sheet: Sheet, fill: Filling, registry: Registry) -> None:
        self._sheet, self._fill, self._registry = sheet, fill, registry
        self._style, self._top = fill.style, 20.0
        self._left, self._width = (48.0, 138.0) if fill.style.framed else (24.0, 162.0)

    def whole(self, form: Form) -> Sheet:
        self.title(form)
        self.parties(form.parties)
        self.end(form)
        return self._sheet

    @property
    def fits(self) -> bool:
        return self._top <= _LOWEST

    def title(self, form: Form) -> None:
        if self._style.annex:
            self._sheet.text(20, 12, f"附件{form.number}", 3.8)
        for line in form.title:
            self._sheet.centred(105, self._top, line, 6, bold=True)
            self._top += 10
        self._top += 3

    def parties(self, parties: Sequence[Party], *, worded: bool = True, signed: bool = True) -> None:
        start = self._top
        for party in parties:
            top = self._top
            self._party(party, worded=worded, signed=signed)
            if self._style.framed:
                self._sheet.frame(20, top, 190, self._top)
                self._sheet.wrapped(22, (top + self._top) / 2 - 10, 20, party.heading, 4.2)
        if self._style.framed:
            self._sheet.rule(44, start, 44, self._top)

    def end(self, form: Form) -> None:
        day = self._fill.dated
        parts = {"year": day.year, "month": day.month, "day": day.day} if day else {}
        words = self._style.day.format(**parts) if day else "年　　月　　日"
        self._sheet.text(150, self._top + 5, words, self._style.em)
        self._top = self._sheet.wrapped(20, self._top + 15, 170, form.footnote, 3.5)

    def _party(self, party: Party, *, worded: bool, signed: bool) -> None:
        self._top += 4
        for paragraph in filter(None, party.text.strip().splitlines() if worded else ()):
            self._paragraph(_changed(paragraph, self._fill.changed))
        self._top += 3
        for place in party.sign if signed else ():
            self._sign_place(place)
        self._top += 2

    def _sign_place(self, place: SignPlace) -> None:
        sheet, fill, style, y = self._sheet, self._fill, self._style, self._top
        right = sheet.text(112, y + 2, f"{place.label}：", style.em)
        if place.seal and fill.seal is not None:
            stamp = (
                fill.seal.rotate(style.seal_turn, resample=Image.Resampling.BICUBIC) if style.seal_turn else fill.seal
            )
            sheet.stamp(stamp, 112 + style.seal_at[0], y + 2 + style.seal_at[1], style.seal_width)
        if place.blank:
            end = self._value(right + 1, y + 2, fill.blanks.get(place.blank, ""))
            sheet.rule(right + 1, y + 2 + style.em * 1.25, max(end, right + 26), y + 2 + style.em * 1.25, 0.25)
        elif place.label in fill.typed:
            sheet.text(right + 1, y + 2, fill.signers[place.label], style.em)
        elif place.label in fill.stamped:
            sheet.stamp(square_seal(fill.signers[place.label]), right + 3, y - 4, 15)
        elif place.label in fill.signed:
            name = fill.signers[place.label]
            drawn = signature(name, self._registry.random, fill.hand)
            sheet.inset(drawn, right + 2, y - 3, min(30, 9 * len(name)))
        self._top += style.between_signs

    def _value(self, left: float, top: float, words: str) -> float:
        for sign in words:
            left += self._sign(left, top, sign)
        return left

    def _sign(self, x: float, y: float, sign: str) -> float:
        """One character of a blank, printed or by hand; how wide it is."""
        style = self._style
        wide = self._sheet.measure(sign, style.em, style.blank_font)
        if style.pen and style.blank_font and sign.strip():
            drawn = written(sign, self._registry.random, style.blank_font, style.pen)
            size = style.em * drawn.width / (drawn.width - 40)
            self._sheet.inset(drawn, x + (wide - size) / 2, y - 0.5 * (size - style.em) + 0.4, size)
        else:
            self._sheet.text(x, y, sign, style.em, font=style.blank_font)
        return wide

    def _paragraph(self, words: str) -> None:
        """Wraps sign by sign; blanks are underlined, boxes drawn and ticked."""
        sheet, style, fill = self._sheet, self._style, self._fill
        left, em = self._left, self._style.em
        x, y = left + 2 * em, self._top
        tokens = list(_TOKEN.finditer(words))
        for number, token in enumerate(tokens):
            blank, box, sign = token.groups()
            following = words[token.end() :]
            if blank and style.spaced:
                x += 0.4 * em
            for piece in [box] if box else list(fill.blanks.get(blank) or style.open_blank) if blank else [sign]:
                wide = em if box else sheet.measure(piece, em, style.blank_font if blank else None)
                if x + wide > left + self._width:
                    x, y = left, y + em * style.leading
                if box:
                    sheet.frame(x + 0.4, y + 0.8, x + 3.6, y + 4.2)
                    if any(following.startswith(word) for word in fill.ticked):
                        sheet.inset(tick(self._registry.random, shape=style.tick), x + 0.3, y - 0.2, 4.6)
                elif blank:
                    self._sign(x, y, piece)
                    sheet.rule(x, y + em * 1.25, x + wide, y + em * 1.25, 0.25)
                else:
                    sheet.text(x, y, piece, em)
                x += wide
            if blank and number + 1 < len(tokens):
                x += 0.4 * em if style.spaced else 0.6
        self._top = y + em * style.leading


def _changed(paragraph: str, changed: Mapping[str, str]) -> str:
    for printed, instead in changed.items():
        paragraph = paragraph.replace(printed, instead)
    return paragraph
