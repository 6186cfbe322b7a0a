"""A log line is one JSON object, and no personal number is in it, whatever is logged."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.logs import JsonLine, start_logging

CITIZEN, MOBILE, CREDIT = "500103198808080007", "13812345678", "915000000000000005"


@pytest.fixture(autouse=True)
def own_logging():
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    yield
    root.handlers[:], _ = kept
    root.setLevel(kept[1])


def line(message="case filed", *, exc_info=None, **fields) -> str:
    record = logging.LogRecord("mailbot.casework", logging.INFO, __file__, 1, message, (), exc_info)
    vars(record).update(fields)
    return JsonLine().format(record)


def test_a_line_tells_when_which_leg_what_and_the_fields():
    told = json.loads(line(case="ZJZD-2026-0001", seconds=0.25, held=True, mail=7, nothing=None))
    assert (told["leg"], told["what"], told["level"]) == ("casework", "case filed", "info")
    assert (told["case"], told["seconds"], told["held"], told["mail"], told["nothing"]) == (
        "ZJZD-2026-0001",
        0.25,
        True,
        7,
        None,
    )


@pytest.mark.parametrize("number", [CITIZEN, MOBILE, CREDIT, f"身份证{CITIZEN}", f"电话：{MOBILE}", "138 1234 5678"])
@pytest.mark.parametrize("way", ["message", "field", "key of a table", "bytes", "trace"])
def test_no_number_gets_through(number, way):
    values = {"message": {"message": number}, "field": {"why": number}, "key of a table": {"why": {number: [number]}}}
    values |= {"bytes": {"why": number.encode("gb18030")}, "trace": {"exc_info": raised(number)}}
    if way == "bytes" and not number.isascii():
        pytest.skip("shown as escapes")
    told = line(**values[way])
    assert all(secret not in told for secret in (CITIZEN, MOBILE, CREDIT, "138 1234 5678"))
    json.loads(told)


def raised(number):
    try:
        raise ValueError(f"cannot read {number}") from KeyError(number)
    except ValueError as error:
        return type(error), error, error.__traceback__


def test_a_number_given_as_a_number_is_masked_too_and_the_line_stays_json():
    told = json.loads(line(phone=int(MOBILE), citizen=int(CITIZEN), ratio=0.1234567890123456))
    assert (told["phone"], told["citizen"]) == ("138****5678", "500***********0007")
    assert told["ratio"] == 0.1234567890123456


@given(st.text(), st.text(), st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.binary()))
def test_whatever_is_logged_makes_one_line_of_json(message, text, value):
    told = line(message.replace("%", ""), text=text, value=value)
    assert "\n" not in told
    json.loads(told)


def test_it_goes_to_standard_error_and_libraries_are_quiet(capsys):
    start_logging()
    logging.getLogger("mailbot.desk").info("digest queued", extra={"to": MOBILE})
    logging.getLogger("apscheduler.executors").info("job executed")
    (told,) = capsys.readouterr().err.splitlines()
    assert json.loads(told)["to"] == "138****5678"
