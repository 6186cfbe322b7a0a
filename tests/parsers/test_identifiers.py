"""Numbers are judged by their own check digits and never by their county."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.identifiers import (
    Check,
    PhoneKind,
    check_citizen_id,
    check_credit_identifier,
    citizen_check_digit,
    credit_check_digit,
    differing_positions,
    phone_kind,
)

SYNTHETIC = [
    "500103198808080007",
    "510223197602150004",
    "500228197911300002",
    "510212198501010008",
    "50010319850102000X",
    "50015720260101000X",
    "810000198505050001",
    "820000198505050003",
    "830000198505050005",
    "500103199202290004",
    "500105197512120004",
    "500240198202020007",
]


@pytest.mark.parametrize("number", SYNTHETIC)
def test_a_right_number_is_valid_whatever_its_county(number):
    assert check_citizen_id(number).valid


@pytest.mark.parametrize(
    ("written", "result", "why"),
    [
        pytest.param("５００１０３ 19850102-000ｘ", Check.VALID, "", id="full width, gaps, small x"),
        pytest.param("50010319850102000×", Check.VALID, "", id="a multiplication sign for X"),
        pytest.param("50010319850102\n000X", Check.VALID, "", id="broken over two lines"),
        pytest.param("500103198808080008", Check.INVALID_CHECK, "check_digit", id="wrong check digit"),
        pytest.param("500103198802300000", Check.MALFORMED, "birth_date", id="30 February"),
        pytest.param("50010319880808000", Check.MALFORMED, "length", id="17 signs"),
        pytest.param("50010319880808000A", Check.MALFORMED, "alphabet", id="letter"),
        pytest.param("510202890307123", Check.OTHER_KIND, "fifteen_digits", id="15 digits"),
        pytest.param("911156199001010005", Check.OTHER_KIND, "foreign_permanent_resident", id="foreigner"),
        pytest.param("E12345678", Check.OTHER_KIND, "passport", id="passport"),
    ],
)
def test_citizen_ids(written, result, why):
    checked = check_citizen_id(written)
    assert (checked.result, checked.why) == (result, why)


def test_nobody_is_born_after_the_day_of_receipt():
    assert check_citizen_id("50015720260101000X", on=date(2025, 12, 31)).why == "birth_date"
    assert check_citizen_id("50015720260101000X", on=date(2026, 1, 1)).valid


def test_an_unlisted_province_is_told_but_not_refused():
    first = "99000019880808000".replace("99", "60", 1)
    checked = check_citizen_id(first + citizen_check_digit(first))
    assert (checked.result, checked.why) == (Check.VALID, "unlisted_province")


@given(st.sampled_from(SYNTHETIC), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number, place, step):
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert not check_citizen_id(wrong).valid


@pytest.mark.parametrize(
    "code",
    ["915000000000000005", "915000000000000192", "91500000000000027W", "91500000000000035P", "915000000000000a2m"],
)
def test_right_credit_codes(code):
    assert check_credit_identifier(code).valid


@pytest.mark.parametrize(
    ("code", "result", "why"),
    [
        pytest.param("91500103MA5U12341U", Check.INVALID_CHECK, "organisation_code", id="inner digit"),
        pytest.param("915000000000000004", Check.INVALID_CHECK, "check_digit", id="outer digit"),
        pytest.param("9150000000000000O5", Check.MALFORMED, "alphabet", id="letter O"),
        pytest.param("91500A000000000005", Check.MALFORMED, "region", id="letter in the region"),
        pytest.param("500000000012345", Check.OTHER_KIND, "fifteen_digits", id="old licence"),
        pytest.param("9150000000", Check.MALFORMED, "length", id="short"),
    ],
)
def test_wrong_credit_codes(code, result, why):
    checked = check_credit_identifier(code)
    assert (checked.result, checked.why) == (result, why)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_the_outer_digit_catches_every_single_substitution(first, place, data):
    other = data.draw(st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY").filter(lambda sign: sign != first[place]))
    assert credit_check_digit(first) != credit_check_digit(first[:place] + other + first[place + 1 :])


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("13800010001", PhoneKind.MOBILE),
        ("+86 138-0001-0001", PhoneKind.MOBILE),
        ("008619900010001", PhoneKind.MOBILE),
        ("１３８０００１０００１", PhoneKind.MOBILE),
        ("023-62806051", PhoneKind.LANDLINE),
        ("（023）62806051", PhoneKind.LANDLINE),
        ("62806051", PhoneKind.LANDLINE),
        ("12800010001", PhoneKind.OTHER),
        ("", PhoneKind.OTHER),
    ],
)
def test_phones(written, kind):
    assert phone_kind(written) is kind


def test_differing_positions_are_counted_from_one():
    assert differing_positions("500103198808080007", "500103198808080007") == ()
    assert differing_positions("500103198808080007", "500103918808080007") == (7, 8)
    assert differing_positions("5001", "50011") == ()
