"""What a commitment letter says, read from pages that are set, not scanned."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from parsers.documents.commitment_letter import Choice, CommitmentLetter, read_letter
from parsers.documents.commitment_letter_alignment import align, template_of
from parsers.documents.commitment_letter_blanks import read_blanks
from parsers.documents.commitment_letter_form import likest_form
from parsers.documents.commitment_letter_options import Option, guessed_blanks
from parsers.documents.commitment_letter_text import letter_text
from parsers.documents.document import Mark, Presence
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box, Line, Page, ReadBy
from tests.builders_letter import EM, HEIGHT, LEFT, PITCH, VALUES, WIDTH, Sheet, a_set_letter, form, places_of


def read(number="4-1-1", **how) -> CommitmentLetter:
    return read_letter("承诺保证书.pdf", 1, (a_set_letter(number, **how).page,))


@pytest.mark.parametrize("number", ["1-1", "3-1", "4-1-1", "4-1-2", "4-1-3"])
def test_an_unaltered_letter_is_known_by_its_form_and_holds_its_values(number):
    letter = read(number)
    assert (letter.form, letter.form_certain, letter.alterations, letter.unfilled) == (number, True, (), ())
    asked = [name for name in form(number).blanks if name in VALUES]
    assert {name: letter.fields[name].value for name in asked} == {name: VALUES[name] for name in asked}
    assert letter.day == date(2026, 3, 9)


def test_what_proves_itself_is_certain_and_what_is_read_once_is_not():
    letter = read()
    assert letter.blanks["legal_representative_id"].certain  # check digit
    assert letter.blanks["engineer"].certain  # stands in both parties' text
    assert letter.blanks["post"].certain  # of the closed list
    assert not letter.blanks["project"].certain
    assert not letter.blanks["phone"].certain


def test_it_says_how_long_its_pages_took_to_read():
    page = a_set_letter("4-1-1").page
    letter = read_letter("承诺保证书.pdf", 1, (replace(page, seconds=1.25), replace(page, number=2, seconds=0.5)))
    assert letter.seconds == 1.75


def test_a_text_layer_is_certain():
    assert all(field.certain for field in read(read_by=ReadBy.TEXT).blanks.values())


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(("并将自愿撤销", "并将不撤销"), "changed", id="turned round"),
        pytest.param(("已有效整改", "不有效整改"), "changed", id="one character that turns it round"),
        pytest.param(("我司将接受", "我司不将接受"), "added", id="不 inside a clause"),
        pytest.param(("如有虚假，我司", "如有虚假，不我司"), "added", id="不 between clauses"),
        pytest.param(("均真实有效", "大部分真实有效"), "changed", id="weakened"),
        pytest.param(("给予的处罚，并将自愿撤销", "给予的处罚，并将自愿酌情撤销"), "added", id="two characters added"),
        pytest.param(("已督促建设单位在", "在"), "deleted", id="words left out"),
        pytest.param(("其他内容不得修改和调整", "其他内容可以修改和调整"), "changed", id="in the footnote"),
    ],
)
@pytest.mark.parametrize("read_by", [ReadBy.OCR, ReadBy.TEXT])
def test_a_change_of_the_fixed_wording_is_certain_and_quoted_both_ways(change, kind, read_by):
    letter = read(change=change, read_by=read_by)
    (found,) = letter.alterations
    assert (found.kind.value, found.certain) == (kind, True)
    assert found.printed != found.read
    assert found.page == 1


def test_a_sentence_added_under_the_text_is_found():
    letter = read(
        change=(
            "直至重庆市交通运输委员会确认已有效整改。",
            "直至重庆市交通运输委员会确认已有效整改。\n本承诺自签署之日起三个月内有效。",
        )
    )
    assert any(one.kind == "added" and "三个月内有效" in one.read and one.certain for one in letter.alterations)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("均真实有效", "均直实有效"), id="真 read as 直"),
        pytest.param(("给予的处罚", "给于的处罚"), id="予 read as 于"),
        pytest.param(("重庆市交通", "重庆币交通"), id="市 read as 币"),
        pytest.param(("，如有虚假，", "如有虚假"), id="punctuation lost"),
        pytest.param(("如有虚假", "如 有虚假"), id="a space"),
    ],
)
def test_a_misreading_is_no_alteration(change):
    assert read(change=change).alterations == ()


def test_one_odd_character_is_a_doubt_never_a_defect():
    (found,) = read(change=("企业所有信息", "企业所黑信息"), confidence=0.97).alterations
    assert not found.certain


@pytest.mark.parametrize(("words", "certain"), [("部分", False), ("不", True)])
def test_words_slipped_in_behind_the_post_and_its_comma_are_told_and_are_no_part_of_the_post(words, certain):
    letter = read(change=("，我司已督促", f"，{words}我司已督促"))
    (found,) = letter.alterations
    assert (found.kind, found.read, found.certain) == ("added", words + found.printed, certain)
    assert found.printed.startswith("我司已督促")
    assert letter.blanks["post"].value == VALUES["post"]


@pytest.mark.parametrize(
    ("seen", "certain"),
    [
        pytest.param(0.99, True, id="well read neighbours side by side"),
        pytest.param(0.8, False, id="neighbours read badly"),
        pytest.param(None, False, id="of an engine that says no places"),
    ],
)
def test_one_character_left_out_is_certain_where_its_neighbours_stand_side_by_side(seen, certain):
    letter = read(change=("相应项目标段", "相应项标段"), seen=seen)
    (found,) = letter.alterations
    assert (found.kind, found.certain) == ("deleted", certain)


def test_one_character_that_has_its_room_on_paper_was_only_not_read():
    page = a_set_letter(seen=0.99).page
    at, line = next((n, line) for n, line in enumerate(page.lines) if "相应项目标段" in line.text)
    lost = line.text.index("目标段")
    read_line = replace(
        line,
        text=line.text[:lost] + line.text[lost + 1 :],
        places=line.places[:lost] + line.places[lost + 1 :],
        trusts=line.trusts[1:],
    )
    letter = read_letter(
        "承诺保证书.jpg", 1, (replace(page, lines=(*page.lines[:at], read_line, *page.lines[at + 1 :])),)
    )
    assert [one.certain for one in letter.alterations] == [False]


@pytest.mark.parametrize(
    ("ink", "sign", "told"),
    [
        pytest.param((205, 40, 45), "交", False, id="a seal's rim made a sign of it"),
        pytest.param((205, 40, 45), "，程", False, id="a seal's character stands beside it"),
        pytest.param((205, 40, 45), "不", True, id="a sign that turns the sentence round is told all the same"),
        pytest.param((20, 20, 22), "交", True, id="a sign in black stands there"),
        pytest.param((170, 170, 170), "交", True, id="a pale sign without a seal near it"),
    ],
)
def test_a_comma_under_a_seal_is_no_added_character(ink, sign, told):
    page = a_set_letter("4-1-1", seen=0.99, change=("信息，直至", f"信息{sign}直至")).page
    line = next(line for line in page.lines if f"{sign}直" in line.text)
    at = line.text.index(f"{sign}直") + len(sign) - 1
    middle = line.box.left + line.places[at] * line.box.width
    own = replace(line.box, left=middle - EM / 2, right=middle + EM / 2)
    sheet = Sheet(a_set_letter("4-1-1", seen=0.99, change=("信息，直至", f"信息{sign}直至")))
    sheet.pen.rectangle((own.left * WIDTH, own.top * HEIGHT, own.right * WIDTH, own.bottom * HEIGHT), (250, 249, 245))
    sheet.print(own, ink)
    found = read_letter("x", 0, (page,), (sheet.picture,)).alterations
    assert bool(found) is told


@pytest.mark.parametrize(
    ("read_as", "told"),
    [
        pytest.param("区", False, id="a ticked square taken for a character"),
        pytest.param("不", True, id="a sign that turns the sentence round"),
        pytest.param("□区", True, id="a character besides the square"),
    ],
)
def test_a_square_that_was_read_as_a_character_is_nothing_added(read_as, told):
    letter = a_set_letter("1-1", seen=0.99, ticked=(), change=("□新填报", f"{read_as}新填报"))
    found = read_letter("x", 0, (letter.page,), (Sheet(letter).picture,)).alterations
    assert bool(found) is told


@pytest.mark.parametrize("hand", [False, True], ids=["nothing there", "a line that was not read"])
def test_words_left_out_at_a_clause_s_end_are_certain_though_seal_and_signature_stand_below(hand):
    end = "的本企业所有信息，直至重庆市交通运输委员会确认已有效整改。"
    whole = a_set_letter("4-1-1", seen=0.99, change=(end, ""))
    at, last = next((n, line) for n, line in enumerate(whole.page.lines) if line.text.endswith("系统中发布"))
    shift = 2.2 * PITCH
    below = [replace(line, box=_lower(line.box, shift)) for line in whole.page.lines[at + 1 :]]
    page = replace(whole.page, lines=(*whole.page.lines[: at + 1], *below))
    sheet = Sheet(replace(whole, page=page))
    sheet.sign(_lower(replace(below[0].box, left=0.6, right=0.7), -0.6 * PITCH))
    sheet.seal(0.75, last.box.bottom + 0.04)
    if hand:
        sheet.print(replace(_lower(last.box, PITCH), left=LEFT))
    found = read_letter("x", 0, (page,), (sheet.picture,)).alterations
    assert [(one.kind, one.certain) for one in found] == [("deleted", not hand)]


def _lower(box, by):
    return replace(box, top=box.top + by, bottom=box.bottom + by)


def test_a_line_that_was_not_read_is_a_doubt_not_a_deletion():
    whole = a_set_letter()
    lost = next(line.text for line in whole.page.lines if "接受相关法律" in line.text)
    letter = read(lost=lost)
    assert letter.alterations
    assert not any(one.certain for one in letter.alterations)


def test_the_left_column_and_a_seal_s_rim_do_not_disturb_the_text():
    page = a_set_letter().page
    at = next(n for n, line in enumerate(page.lines) if "如有虚假" in line.text)
    height = page.lines[at].box
    strange = (
        Line("企业法定", Box(0.11, height.top, 0.2, height.bottom), 1.0),
        Line("代表人承", Box(0.11, height.bottom, 0.2, height.bottom + 0.016), 1.0),
        Line("监理有限公司", Box(0.84, height.top, 0.86, height.top + 0.1), 0.97),
    )
    mixed = replace(page, lines=(*page.lines[:at], *strange, *page.lines[at:]))
    assert read_letter("承诺保证书.jpg", 1, (mixed,)).alterations == ()


@pytest.mark.parametrize("blank", ["legal_representative", "handler_id", "firm", "phone"])
def test_an_empty_blank_is_named(blank):
    letter = read("4-1-3" if blank != "handler_id" else "3-1", read_by=ReadBy.TEXT, **{blank: ""})
    assert [(one.name, one.certain) for one in letter.unfilled] == [(blank, True)]


def test_an_empty_blank_on_a_scan_without_its_picture_is_a_doubt():
    assert [(one.name, one.certain) for one in read(legal_representative="____").unfilled] == [
        ("legal_representative", False)
    ]


def a_scan(number="4-1-1", *, marks=lambda sheet, page: None, trust=0.99, **how) -> CommitmentLetter:
    """A letter read from a picture by an engine that says where it saw each character."""
    letter = a_set_letter(number, seen=trust, **how)
    sheet = Sheet(letter)
    marks(sheet, letter.page)
    return read_letter("承诺保证书.jpg", 1, (letter.page,), (sheet.picture,))


def an_underline(sheet, page):
    """Under the first line's open blank."""
    line = page.lines[2].box
    left, y = line.left * WIDTH + 2 * EM * WIDTH, line.bottom * HEIGHT - 4
    sheet.pen.line((left, y, left + 3 * EM * WIDTH, y), (30, 30, 30), 2)


def a_hand(sheet, page):
    """Something written into the first line's blank that nobody could read."""
    line = page.lines[2].box
    left, y = line.left * WIDTH + 2.4 * EM * WIDTH, line.middle[1] * HEIGHT
    sheet.pen.line([(left + 4 * n, y + (7 if n % 2 else -7)) for n in range(12)], (20, 25, 60), 3)


@pytest.mark.parametrize(
    ("marks", "trust", "certain"),
    [
        pytest.param(lambda *_: None, 0.99, True, id="neighbours read well, no stroke between them"),
        pytest.param(an_underline, 0.99, True, id="an underline is no stroke"),
        pytest.param(a_hand, 0.99, False, id="a stroke that was not read"),
        pytest.param(lambda *_: None, 0.6, False, id="neighbours read badly"),
    ],
)
def test_an_empty_blank_on_a_scan_has_two_witnesses(marks, trust, certain):
    letter = a_scan(marks=marks, trust=trust, legal_representative="　　　", legal_representative_id="　　　")
    assert {(one.name, one.certain) for one in letter.unfilled} == {
        ("legal_representative", certain),
        ("legal_representative_id", certain),
    }


def test_the_square_of_the_next_option_is_no_stroke_in_the_blank_before_it():
    letter = a_set_letter(
        "1-1", seen=0.99, ticked=("人员信息", "新增"), personnel_added="　　　", personnel_changed="无"
    )
    sheet = Sheet(letter)
    for line in letter.page.lines:
        for square in (n for n, sign in enumerate(line.text) if sign in "□☑"):
            middle = line.box.left + line.places[square] * line.box.width
            ticked = line.text[square] == "☑"  # a narrow sign, so that its square stands further left
            left = middle - (0.64 if ticked else 0.34) * EM
            sheet.box(left, line.box.top + 5 / HEIGHT, round(0.72 * EM * WIDTH), tick=ticked)
    read_so = read_letter("承诺保证书.jpg", 1, (letter.page,), (sheet.picture,))
    assert [(one.name, one.certain) for one in read_so.unfilled] == [("personnel_added", True)]


def test_a_number_is_read_as_well_as_its_weakest_sign():
    """A mean over eighteen signs hides the one that makes it another number."""
    letter = a_set_letter(seen=0.99, legal_representative_id="500103198808080008")
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if "500103198808080008" in line.text)
    weak = line.text.index("500103198808080008") + 9
    weaker = replace(line, trusts=(*line.trusts[:weak], 0.55, *line.trusts[weak + 1 :]))
    page = replace(letter.page, lines=(*letter.page.lines[:at], weaker, *letter.page.lines[at + 1 :]))
    assert read_letter("承诺保证书.jpg", 1, (page,)).blanks["legal_representative_id"].confidence == 0.55


@pytest.mark.parametrize(
    ("behind", "confidence"),
    [pytest.param("", 0.99, id="nothing behind it"), pytest.param("J", 0.5, id="a stroke that was not read")],
)
def test_a_number_behind_which_a_stroke_was_not_read_is_read_by_half(behind, confidence):
    number = "50010319880808000"
    letter = a_set_letter(seen=0.99, legal_representative_id=number + (behind or " "))
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if number in line.text)
    lost = line.text.index(number) + len(number)
    unread = replace(
        line,
        text=line.text[:lost] + line.text[lost + 1 :],
        places=line.places[:lost] + line.places[lost + 1 :],
        trusts=line.trusts[1:],
    )
    page = replace(letter.page, lines=(*letter.page.lines[:at], unread, *letter.page.lines[at + 1 :]))
    read_so = read_letter("承诺保证书.jpg", 1, (page,), (Sheet(letter).picture,))
    assert read_so.blanks["legal_representative_id"].confidence == pytest.approx(confidence)


@pytest.mark.parametrize("over", [0.0, 0.003], ids=["apart", "reaching over each other"])
@pytest.mark.parametrize(("marks", "certain"), [(lambda *_: None, True), (a_hand, False)], ids=["clean", "a hand"])
def test_an_open_blank_may_part_its_line_into_two_boxes(marks, certain, over):
    letter = a_set_letter("4-1-1", seen=0.99, legal_representative="　　　", legal_representative_id="　　　")
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if "　" in line.text)
    first, second = line.text.index("　"), line.text.rindex("　") + 1
    start, end = (
        line.box.left + line.places[n] * line.box.width + half for n, half in ((first - 1, EM / 2), (second, -EM / 2))
    )
    if over:  # the engine read the blank's underline besides
        underlined = replace(_part(line, 0, first, line.box.left, start), text=line.text[:first] + "__")
        wide = start - line.box.left
        places = (*tuple(place * wide / (end + over - line.box.left) for place in underlined.places), 0.93, 0.97)
        box = replace(underlined.box, right=end + over)
        head = replace(underlined, box=box, places=places, trusts=(0.99,) * len(underlined.text))
    else:
        head = _part(line, 0, first, line.box.left, start)
    parts = (head, _part(line, second, len(line.text), end, line.box.right))
    page = replace(letter.page, lines=(*letter.page.lines[:at], *parts, *letter.page.lines[at + 1 :]))
    sheet = Sheet(letter)
    marks(sheet, letter.page)
    read_so = read_letter("承诺保证书.jpg", 1, (page,), (sheet.picture,))
    assert {one.certain for one in read_so.unfilled} == {certain}


def _part(line, first, last, left, right):
    text = line.text[first:last]
    return replace(
        line,
        text=text,
        box=replace(line.box, left=left, right=right),
        places=places_of(text),
        trusts=(0.99,) * len(text),
    )


def test_a_number_that_was_read_as_signs_leaves_no_certainly_empty_blank():
    letter = a_scan(legal_representative_id="伍口口壹零叁")
    assert [(one.name, one.certain) for one in letter.unfilled] == [("legal_representative_id", False)]


@pytest.mark.parametrize(
    ("lost", "presence"),
    [
        pytest.param(None, Presence.ABSENT, id="the place was found, and no seal"),
        pytest.param("法定代表人：", Presence.UNCLEAR, id="the page to be sealed may be in another file"),
    ],
)
def test_a_seal_is_missing_only_where_its_place_was_found(lost, presence):
    letter = a_set_letter("4-1-3", seen=0.99, lost=lost)
    read_so = read_letter("承诺保证书.jpg", 1, (letter.page,), (Sheet(letter).picture,))
    assert read_so.seal.presence is presence


def test_a_sign_without_letters_over_a_signature_does_not_hide_it():
    """A seal's star, read as a line of its own."""
    letter = a_set_letter("4-1-1", seen=0.99)
    place = letter.labels["法定代表人"]
    star = Line("★", Box(place.right, place.top - 0.01, place.right + 0.13, place.bottom + 0.01), 0.47, (0.5,), (0.47,))
    page = replace(letter.page, lines=(*letter.page.lines, star))
    sheet = Sheet(letter)
    sheet.sign(place)
    read_so = read_letter("承诺保证书.jpg", 1, (page,), (sheet.picture,))
    assert read_so.signatures[0].mark.presence is Presence.PRESENT


def test_a_square_that_the_engine_left_out_stands_where_its_label_was_seen():
    """The open blanks before it are wider on paper than the signs that were read for them."""
    letter = a_set_letter("1-1", seen=0.99, personnel_added="　　　", personnel_changed="　　　")
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if line.text.startswith("□人员信息"))
    sheet = Sheet(letter)
    for square in (n for n, sign in enumerate(line.text) if sign == "□"):
        middle = line.box.left + line.places[square] * line.box.width
        sheet.box(middle - 0.45 * EM, line.box.top + 3 / HEIGHT, round(0.9 * EM * WIDTH))
    lost = line.text.rindex("□")
    kept = [n for n, sign in enumerate(line.text) if n != lost and sign != "　"]
    read_line = replace(
        line,
        text="".join(line.text[n] for n in kept),
        places=tuple(line.places[n] for n in kept),
        trusts=(0.99,) * len(kept),
    )
    page = replace(letter.page, lines=(*letter.page.lines[:at], read_line, *letter.page.lines[at + 1 :]))
    read_so = read_letter("承诺保证书.jpg", 1, (page,), (sheet.picture,))
    option = next(one for one in read_so.options if (one.group, one.label) == ("人员信息", "变更"))
    assert (option.presence, read_so.unfilled) == (Presence.ABSENT, ())


@pytest.mark.parametrize(
    ("trust", "inset", "presence", "certain"),
    [
        pytest.param(0.5, 4, Presence.PRESENT, True, id="blackened, weakly read as open"),
        pytest.param(0.9, 4, Presence.UNCLEAR, False, id="blackened, surely read as open"),
        pytest.param(0.5, 9, Presence.UNCLEAR, False, id="a blot in it, weakly read as open"),
    ],
)
def test_a_blackened_square_that_is_hardly_read_as_an_open_one_is_ticked(trust, inset, presence, certain):
    letter = a_set_letter("1-1", seen=0.99, ticked=())
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if line.text.startswith("□基本信息"))
    weak = replace(line, trusts=(trust, *line.trusts[1:]))
    page = replace(letter.page, lines=(*letter.page.lines[:at], weak, *letter.page.lines[at + 1 :]))
    sheet = Sheet(letter)
    left, top, side = line.box.left + 0.1 * EM, line.box.top + 4 / HEIGHT, round(0.85 * EM * WIDTH)
    sheet.box(left, top, side)
    x, y = left * WIDTH, top * HEIGHT
    sheet.pen.rectangle((x + inset, y + inset, x + side - inset, y + side - inset), fill=(40, 45, 110))
    option = read_letter("承诺保证书.jpg", 1, (page,), (sheet.picture,)).options[0]
    assert (option.presence, option.certain) == (presence, certain)


@pytest.mark.parametrize(
    ("square", "presence", "certain"),
    [
        pytest.param("ticked", Presence.PRESENT, True, id="a tick in a square"),
        pytest.param("open", Presence.UNCLEAR, False, id="an open square, which reads otherwise"),
    ],
)
def test_the_picture_tells_of_a_square_that_was_read_as_a_character(square, presence, certain):
    letter = a_set_letter("1-1", seen=0.99, ticked=(), change=("□新填报", "区新填报"))
    line = next(line for line in letter.page.lines if "区新填报" in line.text)
    at = line.text.index("区")
    middle = line.box.left + line.places[at] * line.box.width
    own = replace(line.box, left=middle - EM / 2, right=middle + EM / 2)
    sheet = Sheet(letter)
    sheet.pen.rectangle((own.left * WIDTH, own.top * HEIGHT, own.right * WIDTH, own.bottom * HEIGHT), "white")
    sheet.box(middle - 0.42 * EM, own.top + 4 / HEIGHT, round(0.85 * EM * WIDTH), tick=square == "ticked")
    option = read_letter("承诺保证书.jpg", 1, (letter.page,), (sheet.picture,)).options[1]
    assert (option.label, option.presence, option.certain) == ("新填报", presence, certain)


def test_characters_are_as_wide_as_the_page_s_text_says_not_as_one_short_line_does():
    """Engines see the few characters of an option a little aside."""
    page = a_set_letter("1-1", seen=0.99).page
    at, line = next((n, line) for n, line in enumerate(page.lines) if "人员信息" in line.text)
    squeezed = replace(line, places=tuple(0.7 * place for place in line.places))
    text = letter_text([replace(page, lines=(*page.lines[:at], squeezed, *page.lines[at + 1 :]))], ())
    glyph = text.characters.index("人员信息")
    assert text.line_of(glyph).em < 0.75 * EM
    assert text.em(glyph) == pytest.approx(EM, rel=0.02)


@pytest.mark.parametrize(("sure", "certain"), [(True, True), (False, False)])
def test_an_empty_blank_behind_a_tick_that_is_only_guessed_is_a_doubt(sure, certain):
    option = Option("变更", "试验检测设备", "equipment_changed", Presence.PRESENT, certain=sure)
    letter = a_set_letter("1-1", seen=0.99, equipment_changed="　　　")
    laid = likest_form((letter.page,), (form("1-1"),))
    ink = {1: InkMap(Sheet(letter).picture)}
    asked = frozenset({"personnel_added", "personnel_changed", "equipment_added"})
    blanks = read_blanks(laid.text, laid.alignment, ink, asked, guessed_blanks((option,)))
    assert [(one.name, one.certain) for one in blanks.unfilled] == [("equipment_changed", certain)]


@pytest.mark.parametrize(
    ("written", "choice"),
    [("新增", Choice.ADD), ("更新", Choice.UPDATE), ("新增/更新", Choice.BOTH), ("____", Choice.NONE)],
)
def test_the_choice_between_new_and_changed(written, choice):
    assert read(action=written).action is choice


def test_a_form_without_the_choice_is_not_asked_for_it():
    assert read("4-1-3").action is Choice.NOT_ASKED


@pytest.mark.parametrize(
    ("written", "presence"),
    [
        pytest.param("2026年3月9日", Presence.PRESENT, id="printed"),
        pytest.param("二〇二六年三月九日", Presence.PRESENT, id="in Chinese"),
        pytest.param("年 月 日", Presence.ABSENT, id="left open"),
        pytest.param(None, Presence.ABSENT, id="no line"),
        pytest.param("2026年 月 日", Presence.UNCLEAR, id="half"),
    ],
)
def test_the_day_of_signing(written, presence):
    letter = read(date=written, read_by=ReadBy.TEXT)
    assert letter.dated is presence or (written is None and letter.dated is Presence.UNCLEAR)


def test_options_ticked_and_not():
    letter = read("1-1")
    assert [one.label for one in letter.options if one.presence is Presence.PRESENT] == ["基本信息", "新填报"]
    assert len(letter.options) == 9


def test_names_are_asked_only_behind_a_ticked_option():
    ticked = read("1-1", ticked=("人员信息", "新增"), read_by=ReadBy.TEXT)
    assert {one.name for one in ticked.unfilled} == {"personnel_added"}
    assert read("1-1", read_by=ReadBy.TEXT).unfilled == ()


@pytest.mark.parametrize(
    ("second", "otherwise"),
    [
        pytest.param("周海涛", {"engineer": "周海涛"}, id="another engineer"),
        pytest.param("赵明", {}, id="a part of the name"),
        pytest.param("赵明选", {}, id="one sign misread"),
    ],
)
def test_the_engineers_sentence_may_name_somebody_else(second, otherwise):
    letter = read(change=("本人{engineer}是", f"本人{second}是"))
    assert letter.blanks["engineer"].value == VALUES["engineer"]
    assert {name: other.value for name, other in letter.otherwise.items()} == otherwise


def test_two_pages_are_one_letter():
    page = a_set_letter().page
    cut = next(n for n, line in enumerate(page.lines) if line.text.startswith("本人赵明远"))
    first, second = replace(page, lines=page.lines[:cut]), replace(page, number=2, lines=page.lines[cut:])
    letter = read_letter("承诺保证书.pdf", 1, (first, second))
    assert (letter.form, letter.pages, letter.alterations) == ("4-1-1", (1, 2), ())


def test_a_letter_of_no_known_form_keeps_its_kind_without_values():
    page = Page(
        1,
        (Line("承诺保证书", Box(0.3, 0.1, 0.7, 0.12), 1.0), Line("本人承诺按时到岗。", Box(0.2, 0.2, 0.5, 0.22), 1.0)),
        ReadBy.OCR,
        1000,
        1400,
    )
    letter = read_letter("其他.jpg", 1, (page,))
    assert (letter.form, letter.fields, letter.kind) == (None, {}, "commitment_letter")


def test_marks_without_a_picture_are_unclear():
    letter = read()
    assert letter.seal is not None
    assert letter.seal.presence is Presence.UNCLEAR
    assert {one.mark.presence for one in letter.signatures} == {Presence.UNCLEAR}
    assert [one.role for one in letter.signatures] == ["legal_representative", "engineer"]


def _with_name_beside_label(name: str, pitch: float, high: float, colon: str = "：") -> Mark:
    """The mark of 法定代表人 where the engine read label and name as one line; `pitch`, `high`: in widths of print."""
    letter = a_set_letter("4-1-1", seen=0.99)
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if line.text == "法定代表人：")
    label_right = line.box.right
    right = label_right + pitch * EM * len(name)
    middles = [line.box.left + place * line.box.width for place in line.places]
    middles += [label_right + pitch * EM * (n + 0.5) for n in range(len(name))]
    wide = right - line.box.left
    middle, half = line.box.middle[1], high * EM * WIDTH / HEIGHT / 2
    if not colon:
        del middles[len(line.text) - 1]
    read_as_one = Line(
        line.text.rstrip("：") + colon + name,
        Box(line.box.left, middle - half, right, middle + half),
        0.99,
        tuple((place - line.box.left) / wide for place in middles),
        (0.99,) * len(middles),
    )
    lines = (*letter.page.lines[:at], read_as_one, *letter.page.lines[at + 1 :])
    sheet = Sheet(letter)
    sheet.sign(line.box)
    return read_letter("x", 0, (replace(letter.page, lines=lines),), (sheet.picture,)).signatures[0].mark


@pytest.mark.parametrize("colon", ["：", ":", ""], ids=["colon", "half a colon", "a colon under a seal"])
def test_a_name_set_as_the_label_beside_it_is_typed(colon):
    """Boxes of print are one and a half times as high as its letters are wide, on pale paper more."""
    mark = _with_name_beside_label(VALUES["legal_representative"], pitch=1.0, high=1.55, colon=colon)
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, "typed")


@pytest.mark.parametrize(
    ("pitch", "high"), [pytest.param(1.9, 1.55, id="written wider"), pytest.param(1.0, 2.1, id="written higher")]
)
def test_a_hand_that_is_read_with_its_label_is_a_signature(pitch, high):
    assert _with_name_beside_label(VALUES["legal_representative"], pitch, high).presence is Presence.PRESENT


def test_a_letter_survives_json():
    adapter = TypeAdapter(CommitmentLetter)
    letter = read("1-1", change=("均真实有效", "大部分真实有效"))
    assert adapter.validate_json(adapter.dump_json(letter)) == letter


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="承诺保证书本人是的法定代表人0123456789，。不", max_size=60))
def test_an_alignment_covers_every_character_once(text):
    alignment = align(template_of(form("4-1-3")), text)
    partners = [partner for partner in alignment.partner if partner is not None]
    in_gaps = [at for start, end in alignment.spans for at in range(start, end)]
    added = [at for edit in alignment.edits for at in range(edit.read_start, edit.read_end)]
    assert partners == sorted(partners)
    assert set(partners) | set(in_gaps) | set(added) == set(range(len(text)))


def test_lines_told_in_a_wrong_order_are_put_right_and_are_no_alteration():
    page = a_set_letter("4-1-3").page
    lines = list(page.lines)
    at = next(n for n, line in enumerate(lines) if line.box.width < 0.4 and "本人承诺" in lines[n + 1].text)
    lines[at - 1], lines[at] = lines[at], lines[at - 1]
    letter = read_letter("x.pdf", 1, (replace(page, lines=tuple(lines)),))
    assert letter.alterations == ()


def test_words_that_only_moved_are_doubted_but_never_certain():
    page = a_set_letter("4-1-1").page
    lines = list(page.lines)
    at = next(n for n, line in enumerate(lines) if "本人承诺" in line.text) + 1
    # Told three lines too early, and its place with it: no slope explains that, so that a person looks.
    moved = lines.pop(at)
    lines.insert(at - 3, replace(moved, box=lines[at - 4].box))
    found = read_letter("x.pdf", 1, (replace(page, lines=tuple(lines)),)).alterations
    assert found
    assert not any(one.certain for one in found)


@pytest.mark.parametrize(
    ("ink", "words", "told"),
    [
        pytest.param((205, 40, 45), "渝州工程", False, id="the firm's name in the red of a seal"),
        pytest.param((205, 40, 45), "渝", False, id="one character of it"),
        pytest.param((20, 20, 22), "渝州工程", True, id="the same words written in with a pen"),
        pytest.param((205, 40, 45), "暂不", True, id="other words in red"),
    ],
)
def test_words_of_the_seal_between_two_clauses_are_nothing_added(ink, words, told):
    letter = a_set_letter("4-1-1", seen=0.99)
    at, line = next((n, line) for n, line in enumerate(letter.page.lines) if "如有虚假" in line.text)
    box = Box(0.6, line.box.bottom - 2 / HEIGHT, 0.6 + EM * len(words), line.box.bottom + 10 / HEIGHT)
    between = Line(words, box, 0.99, places_of(words), (0.99,) * len(words))
    lines = (*letter.page.lines[: at + 1], between, *letter.page.lines[at + 1 :])
    sheet = Sheet(letter)
    sheet.print(box, ink)
    found = read_letter("x", 0, (replace(letter.page, lines=lines),), (sheet.picture,)).alterations
    assert any(words in one.read for one in found) is told


@pytest.mark.parametrize(
    ("read_by", "why"),
    [
        pytest.param(ReadBy.OCR, "", id="paper"),
        pytest.param(ReadBy.TEXT, "pasted", id="a page with a text layer never was paper"),
    ],
)
def test_a_signature_on_an_electronic_page_is_a_pasted_picture(read_by, why):
    letter = a_set_letter("4-1-1", seen=None if read_by is ReadBy.TEXT else 0.99, read_by=read_by)
    sheet = Sheet(letter)
    sheet.sign(letter.labels["法定代表人"])
    mark = read_letter("x", 0, (letter.page,), (sheet.picture,)).signatures[0].mark
    assert (mark.presence, mark.why) == (Presence.PRESENT, why)


@pytest.mark.parametrize("read_as", ["JL3", "儿3", "几3", "孔3", "儿L3", "几L3"])
def test_a_section_s_letters_that_engines_take_for_a_character_are_letters(read_as):
    letter = read("4-1-1", section=read_as)
    assert letter.fields["section"].value == "JL3"
    assert letter.fields["project"].value == VALUES["project"]
