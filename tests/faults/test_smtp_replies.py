"""Every position of the SMTP dialogue × every misbehaviour, over the whole service: no letter twice, none lost (S4)."""

from dataclasses import replace

import pytest

from ledger.entries import LetterState
from mailbot.transport.providers import ProviderName
from tests.faults.small_service import SmallService, a_template
from tests.servers.certificate import certify

POSITIONS = ("banner", "ehlo", "auth", "mail", "rcpt", "data", "dot", "quit")
TLS_POSITIONS = ("starttls", "handshake", "ehlo_again")
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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certify(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("position", TLS_POSITIONS)
def test_no_letter_goes_over_a_line_that_could_not_be_secured(tmp_path, template, certificate, position, fault):
    """Each then goes once over one that could be."""
    with SmallService(tmp_path, template, certificate=certificate) as service:
        server = service.smtps[0]
        server.plan[position] = [fault]
        service.disturbed(_PATIENCE)
        assert sum(server.hits.values()) == 1
        service.assert_all_is_right()


def test_where_nobody_listens_nothing_is_in_doubt(tmp_path, template):
    """The position before all others: no connection at all."""
    with SmallService(tmp_path, template) as service:
        mailbox, imap, _ = service.place.ports[0]
        deaf = replace(service.place, ports=((mailbox, imap, 1), *service.place.ports[1:]))
        service.disturbed(_PATIENCE, deaf)
        assert not service.smtps[0].taken
        assert service.smtps[1].taken
        service.assert_all_is_right()


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
