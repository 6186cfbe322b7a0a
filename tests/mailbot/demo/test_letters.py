"""A drawn letter shows what its filling says, so that labels made from the filling are true."""

from datetime import date

import pytest

from mailbot.demo.case import invent
from mailbot.demo.letters import Style, draw_letter, filling
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Inset, Text
from parsers.documents.forms import shipped_forms


@pytest.mark.parametrize(
    ("ticked", "ticks"),
    [
        pytest.param({"基本信息", "新填报"}, 2, id="labels alone"),
        pytest.param(
            {"人员信息", "新增（{personnel_added}"}, 2, id="one of two boxes of the same label, told by its blank"
        ),
        pytest.param({"新增"}, 2, id="every box of that label"),
        pytest.param(set(), 0, id="none"),
    ],
)
def test_each_box_that_is_to_be_ticked_bears_a_tick(ticked: set[str], ticks: int) -> None:
    registry = Registry(3)
    facts = invent(registry, matter="firm_information", action=None, submitted_by="firm", received_on=date(2026, 3, 2))
    form = next(form for form in shipped_forms() if form.number == "1-1")
    fill = filling(facts, ticked=frozenset(ticked), signed=frozenset(), seal=None)
    drawn = draw_letter(form, fill, registry)
    assert sum(isinstance(step, Inset) for step in drawn.steps) == ticks


@pytest.mark.parametrize("number", ["1-1", "3-1", "4-1-1", "4-1-2", "4-1-3"])
def test_a_letter_in_large_type_is_set_closer_until_its_sheet_holds_it(number: str) -> None:
    registry = Registry(3)
    facts = invent(registry, matter="firm_information", action=None, submitted_by="firm", received_on=date(2026, 3, 2))
    form = next(form for form in shipped_forms() if form.number == number)
    style = Style(em=4.5, leading=1.9, between_signs=16.0, spaced=True, annex=True)
    drawn = draw_letter(form, filling(facts, style=style, seal=None), registry)
    assert max(step.top for step in drawn.steps if isinstance(step, Text)) < 288
