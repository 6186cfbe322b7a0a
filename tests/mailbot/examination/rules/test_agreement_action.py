"""新增, 更新 or 截止 is the same in subject, letter and page."""

import pytest

from tests.builders_submission import a_letter, a_national_page
from tests.mailbot.examination.rules.agreeing import judged, papers, weak


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param({"letter": a_letter(action="更新")}, [("action_disagrees", "defect")], id="the letter's choice"),
        pytest.param({"letter": a_letter(action=weak("更新"))}, [("action_disagrees", "doubt")], id="read weakly"),
        pytest.param({"national": a_national_page(action="update")}, [("action_disagrees", "defect")], id="the page"),
        pytest.param({"letter": a_letter(action="新增"), "national": a_national_page(action="add")}, [], id="the same"),
        pytest.param({"letter": a_letter(action="新增及更新")}, [], id="both left standing: the letter's own finding"),
    ],
)
def test_action_of_subject_letter_and_page(where, expected):
    assert judged(*papers(**where)) == expected
