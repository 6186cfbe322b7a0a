"""Whatever dies, breaks or fills up at any named place: one row, one case, one letter, once (S1b).

Every failpoint × {kill -9, exception, no space} × {first, second pass}. `-k "archive and kill"` chooses a part.
"""

import pytest

from ledger import failpoints
from ledger.failpoints import Fault
from mailbot.transport.providers import ProviderName
from tests.faults.small_service import SmallService, a_template, pass_in_child, reached

_ARCHIVE = ("before_write", "after_write", "after_fsync", "after_rename", "after_folder_fsync")
_INTAKE = ("after_login", "after_search", "before_archive", "after_archive", "after_record", "before_reuse")
_CASEWORK = (
    "after_claim", "after_reading", "after_examining", "after_number", "after_letters", "after_filing", "after_settle",
)  # fmt: skip
_DISPATCH = (
    "before_doubts", "after_doubts", "after_connect", "after_claim", "before_send", "after_send", "after_note",
)  # fmt: skip
_SMTP = ("before_mail", "before_data", "before_text", "after_text", "after_answer")
_DESK = ("after_rendering", "after_archive", "after_queue")
_TRANSACTIONS = (
    "record_mails", "_put_mailbox", "claim", "assign_number", "file_case", "queue_letter", "claim_letter", "mark_sent",
    "clear_alarm", "forget_rehearsals",
)  # fmt: skip
_ONCE_A_DAY = ("remember",)  #: transactions that the second look of a day has no need of
ONCE = tuple(f"ledger_{one}_{when}_commit" for one in _ONCE_A_DAY for when in ("before", "after"))
SENDING = (*(f"dispatch_{one}" for one in _DISPATCH), *(f"smtp_{one}" for one in _SMTP))
POINTS = (
    *(f"archive_{one}" for one in _ARCHIVE),
    *(f"intake_{one}" for one in _INTAKE),
    *(f"casework_{one}" for one in _CASEWORK),
    *(f"desk_{one}" for one in _DESK),
    *SENDING,
    *(f"ledger_{one}_{when}_commit" for one in _TRANSACTIONS for when in ("before", "after")),
    *ONCE,
)
PASSES = [pytest.param(name, hit, id=f"{name}-{hit}") for name in POINTS for hit in ((1,) if name in ONCE else (1, 2))]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return a_template(tmp_path_factory.mktemp("template"))


def test_every_failpoint_is_passed_twice_and_none_is_forgotten(tmp_path, template):
    """A harness that reaches nothing must not look green."""
    found = reached(tmp_path, template)
    assert set(found) == set(POINTS)
    assert min(found[name] for name in POINTS if name not in ONCE) >= 2
    assert len(POINTS) >= 40


@pytest.mark.parametrize(("name", "hit"), PASSES)
def test_killed_there(tmp_path, template, name, hit):
    with SmallService(tmp_path, template) as service:
        assert pass_in_child(service.place, name, hit) == -9
        service.assert_all_is_right()


@pytest.mark.parametrize("fault", [Fault.RAISE, Fault.ENOSPC])
@pytest.mark.parametrize(("name", "hit"), PASSES)
def test_it_fails_there(tmp_path, template, name, fault, hit):
    with SmallService(tmp_path, template) as service:
        with service.armed(name, fault, hit) as hits:
            assert hits >= hit
        service.assert_all_is_right()


@pytest.mark.parametrize("name", SENDING)
def test_killed_while_sending_where_no_sent_folder_tells_the_letter_is_held_not_repeated(tmp_path, template, name):
    with SmallService(tmp_path, template, ProviderName.PLAIN) as service:
        assert pass_in_child(service.place, name, 1) == -9
        service.assert_all_is_right()


@pytest.mark.parametrize("fault", [Fault.RAISE, Fault.ENOSPC])
def test_off_it_costs_nothing_and_does_nothing(fault):
    failpoints.arm("somewhere", fault)
    failpoints.disarm()
    failpoints.fp("somewhere")
    assert failpoints.hits["somewhere"] == 0


def test_a_fault_may_come_at_whatever_place_is_the_third():
    failpoints.arm(failpoints.ANYWHERE, Fault.RAISE, 3)
    try:
        failpoints.fp("here")
        failpoints.fp("there")
        with pytest.raises(failpoints.Injected, match="here"):
            failpoints.fp("here")
        failpoints.fp("there")
    finally:
        failpoints.disarm()


@pytest.mark.parametrize(
    ("text", "right"), [("a=kill", True), ("a=raise@2,b=enospc", True), ("a=explode", False), ("a=kill@x", False)]
)
def test_what_the_environment_may_say(text, right):
    try:
        if right:
            failpoints.arm_from(text)
        else:
            with pytest.raises(ValueError, match=r"explode|x"):
                failpoints.arm_from(text)
    finally:
        failpoints.disarm()
