"""Every position of the SMTP dialogue × every misbehaviour, over the whole service: no letter twice, none lost (S4)."""

import pytest

from ledger.entries import LetterState
from mailbot.transport.providers import ProviderName
from tests.faults.small_service import SmallService, a_template

POSITIONS = ("banner", "ehlo", "auth", "mail", "rcpt", "data", "dot", "quit")
FAULTS = ("451 4.3.0 later", "550 5.7.1 never", "drop", "hang", "garbage")
_TAKEN_UNHEARD = ("store-then-drop", "store-then-hang")
#: Where a 5xx speaks of the letter itself: refused for good, a person is told.
_FOR_GOOD = ("mail", "rcpt", "data", "dot")
_PATIENCE = 0.4


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return a_template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("position", POSITIONS)
def test_no_letter_is_lost_and_none_goes_twice(tmp_path, template, position, fault):
    with SmallService(tmp_path, template) as service:
        server = service.smtps[0]
        server.plan[position] = [fault]
        service.disturbed(_PATIENCE)
        assert sum(server.hits.values()) == 1
        refused = position in _FOR_GOOD and fault.startswith("550")
        service.assert_all_is_right(refused=int(refused))


@pytest.mark.parametrize("fault", [*_TAKEN_UNHEARD, "drop", "hang", "garbage"])
@pytest.mark.parametrize("provider", [ProviderName.NETEASE, ProviderName.PLAIN])
def test_behind_the_text_only_the_sent_folder_decides(tmp_path, template, provider, fault):
    """Where none tells, the letter is held for a person: exactly that one."""
    with SmallService(tmp_path, template, provider) as service:
        service.smtps[0].plan["dot"] = [fault]
        service.disturbed(_PATIENCE)
        service.assert_all_is_right()
        after = service.finish()
        states = [one.letter.state for one in after.office.ledger.letters()]
        after.close()
        held = states.count(LetterState.UNCERTAIN)
        assert held == (1 if provider is ProviderName.PLAIN else 0)


def test_a_server_that_fails_at_every_position_in_turn_still_gets_each_letter_once(tmp_path, template):
    with SmallService(tmp_path, template) as service:
        for server in service.smtps:
            server.plan.update({position: ["451 4.3.0 later", "drop"] for position in POSITIONS if position != "auth"})
        for _ in range(3):
            service.disturbed(_PATIENCE)
        assert sum(sum(server.hits.values()) for server in service.smtps) >= 8
        for server in service.smtps:
            server.plan.clear()
        service.assert_all_is_right()
