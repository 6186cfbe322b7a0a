"""A form filled in on a screen draws its squares: no sign stands for them in the text layer, they are looked at."""

from datetime import date

import pytest

from mailbot.demo.case import invent
from mailbot.demo.letters import Style, draw_letter, filling
from mailbot.demo.people import Registry
from mailbot.demo.sheet import pdf
from parsers.documents.commitment_letter import read_letter
from parsers.documents.document import Presence
from parsers.files.kind import FileKind
from parsers.files.reading import read_pages
from tests.builders_letter import form

SET = (Style(), Style(em=3.7, leading=1.9, spaced=True), Style(em=4.2, leading=1.35), Style(em=4.5, framed=False))


def filled_in(style, **how):
    registry = Registry(7)
    facts = invent(registry, matter="firm_information", received_on=date(2026, 6, 3))
    sheet = draw_letter(form("1-1"), filling(facts, style=style, **how), registry)
    pages, pictures = read_pages(pdf([sheet]), FileKind.PDF)
    return read_letter("承诺保证书.pdf", 1, pages.pages, pictures)


@pytest.mark.parametrize("style", SET)
def test_empty_squares_ask_for_no_names(style):
    letter = filled_in(style)
    assert [one.label for one in letter.options if one.presence is Presence.PRESENT] == ["基本信息", "新填报"]
    assert letter.unfilled == ()


@pytest.mark.parametrize("style", SET)
def test_a_ticked_square_asks_for_the_names_behind_it(style):
    letter = filled_in(style, ticked=frozenset({"人员信息", "新增（{personnel_added}"}))
    assert [(one.name, one.certain) for one in letter.unfilled] == [("personnel_added", True)]


def test_a_letter_that_was_never_on_paper_is_surely_neither_signed_nor_sealed():
    letter = filled_in(Style(), signed=frozenset(), seal=None)
    assert letter.seal.presence is Presence.ABSENT
    assert {one.mark.presence for one in letter.signatures} == {Presence.ABSENT}
