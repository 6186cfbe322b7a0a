"""Stand-ins that run inside children; found there because the tests put this folder on the path."""

import os
import time

import numpy as np
from refusals import refused

from parsers.documents.document import Document, DocumentKind, FileRead


def recognise(name, position, pages, pictures):
    """One paper a page. Colours order misbehaviour: a blue first corner dies, a green one hangs."""
    for picture in pictures:
        if picture is not None and np.ptp(picture[0, 0].astype(int)) > 150:
            if picture[0, 0].argmax() == 2:
                os.abort()
            time.sleep(60)
    papers = [Document(DocumentKind.OTHER, name, position, (page.number,), page.read_by) for page in pages]
    unread = tuple(page.number for page in pages if not page.legible)
    return FileRead(position, name, tuple(papers), illegible_pages=unread)


def abort(channel, files, facts):
    os.abort()


def hang(channel, files, facts):
    time.sleep(60)


def fail(channel, files, facts):
    raise ValueError("an applicant's words")


def leave(channel, files, facts):
    os._exit(3)


def say_too_much(channel, files, facts):
    channel.send(b"x" * 5000)


def echo(channel, files, facts):
    frame = channel.receive(1 << 20)
    channel.send(frame.body[::-1])


def grow(channel, files, facts):
    try:
        bytearray(2 << 30)
    except MemoryError:
        channel.send(b"refused")


def spin(channel, files, facts):
    while True:
        pass


def tell_environment(channel, files, facts):
    channel.send(repr(sorted(os.environ)).encode())


def tell_files(channel, files, facts):
    channel.send(repr(sorted(os.listdir("/proc/self/fd"))).encode())


def attempt(channel, files, facts):
    """Tries what a break-in would; names what was refused."""
    import socket

    tries = {
        "socket": socket.socket,
        "read": lambda: os.open(facts["secret"], os.O_RDONLY),
        "write": lambda: os.open(facts["new"], os.O_CREAT | os.O_WRONLY),
        "fork": os.fork,
        "run": lambda: os.execv("/bin/true", ["true"]),
        "kill": lambda: os.kill(facts["victim"], 0),
    }
    channel.send(" ".join(refused(tries)).encode())
