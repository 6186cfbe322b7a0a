"""Every letter and every mail to a reviewer fits a phone and a desk in a real browser, and fetches nothing."""

import re

import pytest

from tests.browser import chromium, looks
from tests.builders_letters import KINDS, LETTERS, desk_mails, letter, notes, shown

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")
PHONE, DESK = 390, 1000


def pages():
    yield from ((f"letter-{name}", letter(name)[2]) for name in LETTERS)
    yield from ((f"note-{kind}", html) for kind, (_, html) in notes().items())
    for kind in KINDS:
        page = shown(desk_mails()[kind])
        yield kind, page
        yield f"{kind} with its pictures off", re.sub(r'src="[^"]*"', 'src=""', page)


#: What the check must find: without these it might be blind.
PLANTED = {
    "too wide": "<p><span style='display:inline-block;width:600px'>breit</span></p>",
    "a picture from elsewhere": '<img src="http://tracker.invalid/a.gif" alt="x">',
    "a style from elsewhere": '<p style="background:url(https://tracker.invalid/b.png)">x</p>',
}


@pytest.fixture(scope="module")
def looked():
    return looks(dict(pages()) | PLANTED, (PHONE, DESK))


def test_every_page_fits_both_widths(looked):
    assert len(looked) == 2 * (len(dict(pages())) + len(PLANTED))
    for (name, width), look in looked.items():
        assert look.width == width
        if name not in PLANTED:
            assert (look.needed, look.wide) == (width, ()), name


def test_nothing_is_fetched_from_anywhere(looked):
    assert {name: look.fetched for (name, _), look in looked.items() if look.fetched and name not in PLANTED} == {}


def test_what_is_planted_is_found(looked):
    assert looked["too wide", PHONE].needed > PHONE
    assert looked["too wide", DESK].needed == DESK
    for name in list(PLANTED)[1:]:
        assert any("tracker.invalid" in one for one in looked[name, PHONE].fetched), name
