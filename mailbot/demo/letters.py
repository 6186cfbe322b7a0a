"""What does a filled-in, signed and sealed promise letter look like?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from PIL import Image

from mailbot.demo.case import Facts
from mailbot.demo.ink import seal, signature, tick
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet
from parsers.documents.forms import Form, Party

_EM = 4.3
_LEADING = 1.72
_TOKEN = re.compile(r"\{([a-z_0-9+]+)\}|(□)|([^{}□])", re.S)


@dataclass(frozen=True)
class Filling:
    """How one letter is filled in; the defaults make it perfect."""

    blanks: Mapping[str, str]
    ticked: frozenset[str] = frozenset({"基本信息", "新填报"})  #: the words behind the boxes of form 1-1
    dated: date | None = None
    signed: frozenset[str] = frozenset({"法定代表人", "承办人", "业绩登记申请人", "监理工程师"})
    seal: Image.Image | None = None
    changed: Mapping[str, str] = field(default_factory=dict)  #: printed wording → what stands there instead
    hand: Path | None = None  #: a font for signatures and handwriting


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
    values: dict[str, object] = {"blanks": blanks, "dated": facts.received_on, "seal": seal(firm.name)} | changed
    return Filling(**values)  # type: ignore[arg-type]  # the caller's words are Filling's own


def draw_letter(form: Form, fill: Filling, registry: Registry) -> Sheet:
    """One page: title, a ruled table with a party's promise in each row, date, footnote."""
    sheet = Sheet()
    top = 20.0
    for line in form.title:
        sheet.centred(105, top, line, 6, bold=True)
        top += 10
    top += 3
    start = top
    for party in form.parties:
        bottom = _party(sheet, party, fill, registry, top)
        sheet.frame(20, top, 190, bottom)
        sheet.wrapped(22, (top + bottom) / 2 - 10, 20, party.heading, 4.2)
        top = bottom
    sheet.rule(44, start, 44, top)
    if fill.dated:
        sheet.text(150, top + 5, f"{fill.dated.year}年{fill.dated.month}月{fill.dated.day}日", _EM)
    else:
        sheet.text(150, top + 5, "年　　月　　日", _EM)
    sheet.wrapped(20, top + 15, 170, form.footnote, 3.5)
    return sheet


def _party(sheet: Sheet, party: Party, fill: Filling, registry: Registry, top: float) -> float:
    y = top + 4
    for paragraph in filter(None, party.text.strip().splitlines()):
        y = _paragraph(sheet, _changed(paragraph, fill.changed), fill, registry, 48, y, 138)
    y += 3
    for place in party.sign:
        right = sheet.text(112, y + 2, f"{place.label}：", _EM)
        if place.seal and fill.seal is not None:
            sheet.stamp(fill.seal, 142, y - 16, 38)
        if place.blank:
            _filled(sheet, right + 1, y + 2, fill.blanks.get(place.blank, ""))
        elif place.label in fill.signed:
            name = fill.blanks.get(
                {"法定代表人": "legal_representative", "承办人": "handler"}.get(place.label, "engineer"), ""
            )
            drawn = signature(name, registry.random, fill.hand)
            sheet.inset(drawn, right + 2, y - 3, min(30, 9 * len(name)))
        y += 13
    return y + 2


def _changed(paragraph: str, changed: Mapping[str, str]) -> str:
    for printed, instead in changed.items():
        paragraph = paragraph.replace(printed, instead)
    return paragraph


def _paragraph(
    sheet: Sheet, words: str, fill: Filling, registry: Registry, left: float, top: float, width: float
) -> float:
    """Wraps sign by sign; blanks are underlined, boxes drawn and ticked."""
    x, y = left + 2 * _EM, top
    tokens = list(_TOKEN.finditer(words))
    for number, token in enumerate(tokens):
        blank, box, sign = token.groups()
        following = words[token.end() : token.end() + 8]
        pieces = [box] if box else list(fill.blanks.get(blank) or "　　　") if blank else [sign]
        for piece in pieces:
            wide = sheet.measure(piece, _EM)
            if x + wide > left + width:
                x, y = left, y + _EM * _LEADING
            if box:
                wide = _EM
                sheet.frame(x + 0.4, y + 0.8, x + 3.6, y + 4.2)
                if any(following.startswith(word) for word in fill.ticked):
                    sheet.inset(tick(registry.random), x + 0.3, y - 0.2, 4.6)
            else:
                sheet.text(x, y, piece, _EM)
            if blank:
                sheet.rule(x, y + _EM * 1.25, x + wide, y + _EM * 1.25, 0.25)
            x += wide
        if blank and number + 1 < len(tokens):
            x += 0.6
    return y + _EM * _LEADING


def _filled(sheet: Sheet, left: float, top: float, words: str) -> None:
    right = sheet.text(left, top, words, _EM)
    sheet.rule(left, top + _EM * 1.25, max(right, left + 25), top + _EM * 1.25, 0.25)
