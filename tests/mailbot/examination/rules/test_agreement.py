"""Firm, people, numbers and action are the same everywhere: then nothing is said."""

import pytest

from tests.builders_submission import a_letter
from tests.mailbot.examination.rules.agreeing import judged, papers


@pytest.mark.parametrize("action", ["add", "update", "close"])
def test_an_application_that_agrees_is_silent(action):
    form = "4-1-2" if action == "close" else "4-1-1"
    assert judged(*papers(letter=a_letter(form)), action=action) == []
