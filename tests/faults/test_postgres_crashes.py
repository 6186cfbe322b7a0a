"""PostgreSQL crashes and comes back under load (F23): no mail is lost, none is answered twice, all are finished."""

import time
from dataclasses import asdict

from tests.builders_service import Office
from tests.servers.postgres import Cluster, or_skip, running_cluster
from tests.soak.processes import daemon, worker
from tests.soak.soak import BACK_AT_WORK, TICK, Role, Soak

MAILS, CRASHES = 120, 5


class Crashing(Soak):
    """The soak's mails, servers and processes; its database dies in their stead, and mail goes on coming."""

    def __init__(self, folder, cluster: Cluster) -> None:
        super().__init__(folder, cluster.url, MAILS, seed=23)
        self._cluster = cluster
        self.crashes = 0

    def _disturb(self, office: Office, until: float) -> None:
        waiting = list(reversed(self.raws))
        roles = [Role(self, role) for role in (daemon, worker)]
        for _ in range(CRASHES):
            self.inbox.add(*(waiting.pop() for _ in range(MAILS // (CRASHES + 1))))
            self._back_at_work(roles)
            time.sleep(self._chance.uniform(0.1, 1.0))  # so that they are met anywhere
            self._cluster.crash()
            self.crashes += 1
            self.count.longest_silence = max(self.count.longest_silence, self._back_at_work(roles))
        self._back_up(office)
        self.inbox.add(*reversed(waiting))
        while not self._is_worked(office.ledger) and time.monotonic() < until:
            time.sleep(TICK)
        assert all(role.lives() for role in roles), "a process did not survive its database"
        for role in roles:
            role.kill()

    def _back_at_work(self, roles: list[Role]) -> float:
        """Both have looked anew, to the end; how long that took."""
        since = time.monotonic()
        while not all(role.has_looked_since(since) for role in roles):
            assert all(role.lives() for role in roles), "a process did not survive its database"
            assert time.monotonic() - since < 4 * BACK_AT_WORK, "not back at work"
            time.sleep(0.05)
        return time.monotonic() - since


def test_crashes_of_the_database_cost_no_mail_and_double_no_answer(tmp_path):
    with or_skip(running_cluster()) as cluster:
        run = Crashing(tmp_path, cluster)
        count = run.run(120)
    print(f"{run.crashes} crashes: {asdict(count)}")
    assert run.crashes == CRASHES
    assert (count.lost, count.double) == (0, 0), asdict(count)
    assert count.longest_silence <= BACK_AT_WORK, asdict(count)
    assert count.letters_while_disturbed > 0, "nothing left while the database crashed: the run proves nothing"
