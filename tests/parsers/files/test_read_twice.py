"""A sign that two overlapping boxes both show is read once, and belongs where its neighbours stand close."""

from hypothesis import assume, given
from hypothesis import strategies as st

from parsers.files.page import Box, Line
from parsers.files.read_twice import once

WIDE, HIGH = 1654, 2339  #: a page of A4 at 200 dpi
SIGN = 0.011  #: width of a digit, as a share of the page's


def line(text: str, *middles: float, top: float = 0.177) -> Line:
    """Signs whose middles stand at shares of the page's width."""
    left, right = middles[0] - SIGN / 2, middles[-1] + SIGN / 2
    places = tuple((middle - left) / (right - left) for middle in middles)
    return Line(text, Box(left, top, right, top + 0.02), 0.99, places, (0.99,) * len(text))


def texts(*lines: Line) -> list[str]:
    return [one.text for one in once(lines, WIDE, HIGH)]


def test_a_numbers_first_digit_at_the_end_of_the_name_before_it_is_no_second_digit() -> None:
    name = line("王志平5", 0.58, 0.60, 0.62, 0.651)
    number = line("5001", 0.652, 0.663, 0.674, 0.685)
    assert texts(name, number) == ["王志平", "5001"]


def test_a_names_last_sign_at_the_beginning_of_what_follows_stays_with_the_name() -> None:
    name = line("王志平", 0.58, 0.60, 0.62)
    assert texts(name, line("平5001", 0.62, 0.652, 0.663, 0.674, 0.685)) == ["王志平", "5001"]


def test_equal_digits_side_by_side_are_two() -> None:
    left, right = line("1255", 0.60, 0.611, 0.622, 0.633), line("5001", 0.644, 0.655, 0.666, 0.677)
    assert texts(left, right) == ["1255", "5001"]


def test_the_same_sign_a_row_below_is_another() -> None:
    assert texts(line("王5", 0.62, 0.651), line("5001", 0.652, 0.663, 0.674, 0.685, top=0.199)) == ["王5", "5001"]


def test_what_is_left_keeps_its_places_and_trusts() -> None:
    name = line("王志平5", 0.58, 0.60, 0.62, 0.651)
    left, _ = once([name, line("5001", 0.652, 0.663, 0.674, 0.685)], WIDE, HIGH)
    assert (left.box, left.places, len(left.trusts)) == (name.box, name.places[:3], 3)


@given(st.text("0123456789", min_size=2, max_size=20), st.integers(1, 18), st.integers(1, 3))
def test_a_number_cut_by_two_overlapping_boxes_is_the_number(number: str, cut: int, shared: int) -> None:
    upper = cut + shared
    assume(0 < cut < upper < len(number))
    middles = [0.2 + SIGN * at for at in range(len(number))]
    left, right = line(number[:upper], *middles[:upper]), line(number[cut:], *middles[cut:])
    assert "".join(texts(left, right)) == number
