"""What holds for every test: none leaves the process changed for the next."""

import os

import pytest


@pytest.fixture(autouse=True)
def _same_umask_afterwards():
    """The command line narrows the umask of its process; the servers of later tests need an ordinary one."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
