"""A letter whose pages came in two files is one letter; halves alone accuse nobody of what stands on the other half."""

from dataclasses import replace

import pytest

from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind, FileRead
from parsers.documents.recognise import recognise
from parsers.documents.split_letter import halves, joined
from parsers.files.page import Page, ReadBy
from tests.builders_letter import a_set_letter


def file_of(position: int, *pages: Page) -> FileRead:
    numbered = tuple(replace(page, number=number) for number, page in enumerate(pages, start=1))
    return recognise(f"{position}.jpg", position, numbered, (None,) * len(pages))


def cut(number: str, before: str) -> tuple[Page, Page]:
    """A letter's page cut above the line that holds these words."""
    page = a_set_letter(number, read_by=ReadBy.TEXT).page
    at = next(at for at, line in enumerate(page.lines) if before in line.text)
    return replace(page, lines=page.lines[:at]), replace(page, lines=page.lines[at:])


def letter_in(file: FileRead) -> CommitmentLetter:
    (letter,) = file.documents
    assert isinstance(letter, CommitmentLetter)
    return letter


@pytest.mark.parametrize(
    ("number", "before"),
    [
        pytest.param("1-1", "法定代表人：", id="the places to sign stand on the second page"),
        pytest.param("4-1-1", "业绩登记申请人：", id="cut above the first place to sign"),
        pytest.param("4-1-1", "自愿撤销", id="cut within a party's text"),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_the_halves_are_read_as_one_letter(number: str, before: str, swapped: bool) -> None:
    upper, lower = cut(number, before)
    files = [file_of(0, upper), file_of(1, lower)]
    files = [replace(one, position=at) for at, one in enumerate(files[::-1])] if swapped else files
    first, rest = (1, 0) if swapped else (0, 1)
    assert halves(files) == [(first, rest)]
    told = joined(files[first], files[rest], file_of(first, upper, lower))
    assert told is not None
    letter = letter_in(told[0])
    assert (letter.pages, letter.position, letter.form) == ((1, 2), first, number)
    assert (letter.unfilled, letter.alterations) == ((), ())
    assert told[1].documents == ()
    assert told[1].unknown_pages == ()


def test_whole_letters_are_left_alone() -> None:
    whole = a_set_letter("4-1-1", read_by=ReadBy.TEXT).page
    assert halves([file_of(0, whole), file_of(1, whole)]) == []


def test_a_beginning_without_its_rest_is_left_alone() -> None:
    upper, _ = cut("4-1-1", "业绩登记申请人：")
    assert halves([file_of(0, upper), file_of(1, a_set_letter("1-1", read_by=ReadBy.TEXT).page)]) == []


def test_of_several_possible_rests_only_the_file_that_follows_is_tried() -> None:
    upper, lower = cut("4-1-1", "业绩登记申请人：")
    files = [file_of(0, lower), file_of(1, upper), file_of(2, lower)]
    assert halves(files) == [(1, 2)]
    assert halves([files[0], files[2], replace(files[1], position=2)]) == []


def test_files_that_show_no_letter_over_both_stay_apart() -> None:
    upper, lower = cut("4-1-1", "业绩登记申请人：")
    alone, other = file_of(0, upper), file_of(1, lower)
    assert joined(alone, other, alone) is None


def test_a_last_page_of_places_to_sign_and_the_footnote_is_no_beginning() -> None:
    _, lower = cut("1-1", "法定代表人：")
    (letter,) = file_of(0, lower).documents
    assert letter.kind is DocumentKind.COMMITMENT_LETTER
    assert not letter_in(file_of(0, lower)).titled


def test_no_half_is_taken_for_a_whole_letter_that_lacks_something() -> None:
    """Wherever the page ends. What a half seems to lack is certain only where the letter is sure to end on its page."""
    page = a_set_letter("4-1-1", seen=0.99).page
    for at in range(2, len(page.lines) - 1, 2):
        for lines in (page.lines[:at], page.lines[at:]):
            for letter in file_of(0, replace(page, lines=lines)).documents:
                assert isinstance(letter, CommitmentLetter)
                accused = any(one.certain for one in (*letter.alterations, *letter.unfilled))
                assert not (accused and letter.ends and letter.form_certain)
