"""Is there an S3-compatible store of our own to test against? moto's server, on a loopback port."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import boto3
import pytest
from moto.server import ThreadedMotoServer

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "office", "AWS_SECRET_ACCESS_KEY": "invented", "AWS_DEFAULT_REGION": "cn-north-1"}

_NUMBERS = count(1)  #: moto keeps its buckets for the whole process, whichever of its servers is asked


class ObjectStore:
    """A running store; the environment names it to whoever asks botocore."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}

    def new_bucket(self) -> str:
        """Its URL."""
        name = f"office-{os.getpid()}-{next(_NUMBERS)}"
        where = {"LocationConstraint": CREDENTIALS["AWS_DEFAULT_REGION"]}
        boto3.client("s3", endpoint_url=self.endpoint).create_bucket(Bucket=name, CreateBucketConfiguration=where)
        return f"s3://{name}"


@contextmanager
def private_store(address: str = "127.0.0.1") -> Iterator[ObjectStore]:
    """Until the end of the block; with its credentials in this process's environment."""
    server = ThreadedMotoServer(ip_address=address, port=0, verbose=False)
    server.start()
    store = ObjectStore("http://{}:{}".format(*server.get_host_and_port()))
    with pytest.MonkeyPatch.context() as patched:
        for name, value in store.environment.items():
            patched.setenv(name, value)
        try:
            yield store
        finally:
            server.stop()
