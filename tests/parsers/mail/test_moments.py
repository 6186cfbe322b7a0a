"""A moment in a header is aware, or none."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.moments import moment, received_at


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Sun, 24 May 2026 03:50:00 +0800", "2026-05-24T03:50:00+08:00"),
        ("24 May 26 03:50 GMT", "2026-05-24T03:50:00+00:00"),
        ("Thu, 1 January 1998 00:00:60 -0500 (EST)", "1998-01-01T00:00:59-05:00"),
        ("星期日, 24 May 2026 03:50:00", "2026-05-24T03:50:00+08:00"),
        ("Sun, 24 May 2026 03:50:00 CST", "2026-05-24T03:50:00+08:00"),
        ("2026-05-24 03:50:00", "2026-05-24T03:50:00+08:00"),
        ("Sun, 31 Feb 2026 03:50:00 +0800", None),
        ("Sun, 24 Xyz 2026 03:50:00 +0800", None),
        ("Sun, 24 Ebm 2026 03:50:00 +0800", None),
        ("Sun, 24 May 9999 03:50:00 +0800", None),
        ("", None),
    ],
)
def test_a_date_header_names_an_aware_moment(text, iso):
    found = moment(text)
    assert (found.isoformat() if found else None) == iso


def test_received_tells_its_moment_behind_the_last_semicolon():
    value = "from x (1 Jan 2020 00:00:00 +0000; y) by z; Sun, 24 May 2026 03:50:00 +0800 (CST)"
    assert received_at(value).isoformat() == "2026-05-24T03:50:00+08:00"


@given(st.text(max_size=60) | st.from_regex(r"\d{1,2} (Jan|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}", fullmatch=True))
def test_no_text_raises_and_every_moment_is_aware(text):
    found = moment(text)
    assert found is None or found.astimezone(UTC) is not None
