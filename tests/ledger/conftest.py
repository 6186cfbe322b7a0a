"""A fresh ledger on each engine."""

import itertools

import pytest

from ledger.ledger import Ledger
from tests.servers.postgres import or_skip, private_cluster

_count = itertools.count()


@pytest.fixture(scope="session")
def cluster():
    with or_skip(private_cluster()) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Where a ledger that does not exist yet shall lie."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/ledger.db"
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    base = request.getfixturevalue("cluster")
    name = f"ledger{next(_count)}"
    with psycopg.connect(base.replace("+psycopg", "") + "/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return f"{base}/{name}"


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as opened:
        yield opened
