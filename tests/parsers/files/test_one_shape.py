"""A traditional shape counts as the letter it stands for; letters of names that have their own stay theirs."""

import pytest

from parsers.files.one_shape import usual_shapes

ALPHABET = [*"静强於乾昇升祕秘喆堃業业1A靜強嶽"]


def usual(letter: str) -> str:
    return ALPHABET[usual_shapes(ALPHABET)[ALPHABET.index(letter)]]


@pytest.mark.parametrize(("seen", "printed"), ["靜静", "強强", "業业"])
def test_a_traditional_shape_is_another_of_the_printed_letter(seen, printed) -> None:
    assert usual(seen) == printed


@pytest.mark.parametrize("letter", "静强升业1A")
def test_what_is_printed_here_stays(letter) -> None:
    assert usual(letter) == letter


@pytest.mark.parametrize("letter", "於乾昇祕喆堃")
def test_a_letter_of_names_stays_its_own(letter) -> None:
    """通用规范汉字表 2013: 昇 and 升 are two letters again, and a 于 is no 於."""
    assert usual(letter) == letter


def test_a_shape_whose_usual_letter_the_engine_does_not_know_stays() -> None:
    assert usual("嶽") == "嶽"


def test_an_engine_that_sees_the_foreign_shape_reads_the_printed_letter() -> None:
    """The trust in both shapes is the trust in the letter."""
    import numpy as np

    from parsers.files.rapid import RapidOcr

    engine = RapidOcr.__new__(RapidOcr)
    engine._characters = ["blank", "静", "靜", "净"]
    engine._usual = usual_shapes(engine._characters)
    columns = [[0.9, 0.0, 0.1, 0.0], [0.0, 0.35, 0.5, 0.15], [0.1, 0.6, 0.3, 0.0], [0.9, 0.0, 0.0, 0.1]]
    read = engine._decode(np.array(columns, dtype=np.float32), 0.25)
    assert read.text == "静", "two columns of one letter in two shapes are one letter"
    assert read.signs[0][1] == pytest.approx(0.85)
