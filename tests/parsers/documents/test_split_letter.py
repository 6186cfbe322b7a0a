"""A letter whose pages came in several files is one letter; a half accuses nobody of what stands on another page."""

from dataclasses import replace

import pytest

from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind, FileRead
from parsers.documents.letter_pages import join_pages
from parsers.documents.recognise import recognise
from parsers.documents.split_letter import loose_pages, rejoined
from parsers.files.page import Page, ReadBy
from tests.builders_letter import a_set_letter

SIGNING = "法定代表人："
PARTY = "业绩登记申请人："


def cut(number: str, *before: str, letter: Page | None = None) -> list[Page]:
    """A letter's page cut above the lines that hold these words."""
    page = letter or a_set_letter(number, read_by=ReadBy.TEXT).page
    places = [next(at for at, line in enumerate(page.lines) if words in line.text) for words in before]
    return [
        replace(page, lines=page.lines[start:end]) for start, end in zip([0, *places], [*places, None], strict=True)
    ]


def numbered(pages: list[Page]) -> tuple[Page, ...]:
    return tuple(replace(page, number=number) for number, page in enumerate(pages, start=1))


def told(*files: list[Page]) -> tuple[FileRead, ...]:
    """What is said of files with these pages."""
    read = [
        recognise(f"{at}.jpg", at, numbered(pages), (None,) * len(pages)) for at, pages in enumerate(map(list, files))
    ]
    loose = loose_pages(read)
    if not loose:
        return tuple(read)
    pile = numbered([files[leaf.position][leaf.page - 1] for leaf in loose])
    return rejoined(read, loose, join_pages("", 0, pile, (None,) * len(pile)))


def letters(files: tuple[FileRead, ...]) -> list[CommitmentLetter]:
    return [one for file in files for one in file.documents if isinstance(one, CommitmentLetter)]


def where(letter: CommitmentLetter) -> list[tuple[int, int]]:
    return [(leaf.position, leaf.page) for leaf in letter.places]


def is_whole(letter: CommitmentLetter) -> bool:
    return letter.form_certain and letter.found > 0.99 and not letter.unfilled and not letter.alterations


@pytest.mark.parametrize(
    ("number", "before"),
    [
        pytest.param("1-1", (SIGNING,), id="the places to sign stand on the second page"),
        pytest.param("4-1-1", (PARTY,), id="cut above the first place to sign"),
        pytest.param("4-1-1", ("自愿撤销",), id="cut within a party's text"),
        pytest.param("4-1-1", ("自愿撤销", PARTY), id="three pages"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_pages_in_files_of_their_own_are_one_letter_in_its_own_order(number, before, backwards) -> None:
    pages = cut(number, *before)
    files = told(*([page] for page in (pages[::-1] if backwards else pages)))
    (letter,) = letters(files)
    order = range(len(pages))
    assert where(letter) == [(at, 1) for at in (reversed(order) if backwards else order)]
    assert (letter.form, letter.file, letter.position) == (number, letter.places[0].file, letter.places[0].position)
    assert is_whole(letter)
    assert not any(file.unknown_pages for file in files)


def test_pages_that_lie_the_wrong_way_round_in_one_file_are_one_letter() -> None:
    files = told(cut("4-1-1", "自愿撤销")[::-1])
    (letter,) = letters(files)
    assert where(letter) == [(0, 2), (0, 1)]
    assert is_whole(letter)


def test_a_page_sent_twice_counts_once_the_better_one() -> None:
    upper, lower = cut("4-1-1", PARTY)
    blurred = replace(lower, lines=tuple(line for line in lower.lines if "真实有效" not in line.text), legible=False)
    files = told([upper], [blurred], [lower])
    (letter,) = letters(files)
    assert where(letter) == [(0, 1), (2, 1)]
    assert is_whole(letter)
    assert files[1] == FileRead(1, "1.jpg")


def test_of_two_copies_read_alike_the_filled_one_counts() -> None:
    upper, lower = cut("4-1-1", PARTY)
    (_, bare) = cut("4-1-1", PARTY, letter=a_set_letter("4-1-1", read_by=ReadBy.TEXT, engineer_phone=None).page)
    for copies in ([bare], [lower]), ([lower], [bare]):
        (letter,) = letters(told([upper], *copies))
        assert letter.unfilled == ()


def test_a_page_of_a_whole_letter_that_came_again_filled_in_takes_its_place() -> None:
    upper, lower = cut("4-1-1", PARTY)
    (_, bare) = cut("4-1-1", PARTY, letter=a_set_letter("4-1-1", read_by=ReadBy.TEXT, phone=None).page)
    files = told([upper, bare], [lower])
    (letter,) = letters(files)
    assert where(letter) == [(0, 1), (1, 1)]
    assert letter.unfilled == ()
    assert files[0].unknown_pages == files[1].unknown_pages == ()
    (kept,) = [one for one in letters(told([upper, lower], [bare])) if one.pages == (1, 2)]
    assert kept.unfilled == ()


def test_lines_that_two_photographs_show_are_not_added_words() -> None:
    page = a_set_letter("4-1-1", read_by=ReadBy.TEXT).page
    half = len(page.lines) // 2
    for shared in (1, 2, 3, 5):
        upper, lower = replace(page, lines=page.lines[: half + shared]), replace(page, lines=page.lines[half:])
        (letter,) = letters(told([lower], [upper]))
        assert is_whole(letter)


def test_letters_of_two_engineers_are_not_mixed() -> None:
    other = a_set_letter("4-1-1", read_by=ReadBy.TEXT, engineer="周小川", engineer_id="510223197602150004").page
    one, two = cut("4-1-1", "自愿撤销"), cut("4-1-1", "自愿撤销", letter=other)
    found = letters(told(*([page] for page in (*one, *two))))
    assert [(where(letter), letter.blanks["engineer"].value) for letter in found] == [
        ([(0, 1), (1, 1)], "赵明远"),
        ([(2, 1), (3, 1)], "周小川"),
    ]


def test_a_page_of_another_paper_is_no_page_of_the_letter() -> None:
    upper, lower = cut("4-1-1", PARTY)
    stray = replace(upper, lines=(replace(upper.lines[0], text="现场照片"),))
    files = told([upper], [stray], [lower])
    assert [where(letter) for letter in letters(files)] == [[(0, 1), (2, 1)]]
    assert files[1].unknown_pages == (1,)


def test_whole_letters_are_left_alone() -> None:
    whole = a_set_letter("4-1-1", read_by=ReadBy.TEXT).page
    assert [where(letter) for letter in letters(told([whole], [whole]))] == [[(0, 1)], [(1, 1)]]


def test_a_beginning_without_its_rest_is_left_alone() -> None:
    upper, _ = cut("4-1-1", PARTY)
    other = a_set_letter("1-1", read_by=ReadBy.TEXT).page
    assert [where(letter) for letter in letters(told([upper], [other]))] == [[(0, 1)], [(1, 1)]]


def test_a_last_page_of_places_to_sign_and_the_footnote_is_no_beginning() -> None:
    _, lower = cut("1-1", SIGNING)
    (letter,) = letters(told([lower]))
    assert letter.kind is DocumentKind.COMMITMENT_LETTER
    assert not letter.titled


def test_no_half_is_taken_for_a_whole_letter_that_lacks_something() -> None:
    """Wherever the page ends. What a half seems to lack is certain only where the letter is sure to end on its page."""
    page = a_set_letter("4-1-1", seen=0.99).page
    for at in range(2, len(page.lines) - 1, 2):
        for lines in (page.lines[:at], page.lines[at:]):
            for letter in letters(told([replace(page, lines=lines)])):
                accused = any(one.certain for one in (*letter.alterations, *letter.unfilled))
                assert not (accused and letter.ends and letter.form_certain)
