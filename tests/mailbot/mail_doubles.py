"""Children that take a mail for a chance: found because the tests' folder lies on the path."""

import json
import os
import socket
from dataclasses import replace

from refusals import refused

from mailbot.reading.mail_children import Content, MailHead
from mailbot.reading.wire import pack
from parsers.files.kind import FileKind
from parsers.mail.message import Attachment, Message

_ATTACHED = Attachment(1, "a.pdf", "application/pdf", FileKind.PDF, 3, "0" * 64)


def abort(channel, files, facts):
    os.abort()


def spin(channel, files, facts):
    while True:
        pass


def grow(channel, files, facts):
    bytearray(2 << 30)


def talk_of_other_bytes(channel, files, facts):
    os.write(files[1], b"abc")
    channel.send(pack(MailHead(Message(attachments=(_ATTACHED,)), (Content("0" * 64, 3),))))


def keep_a_file_back(channel, files, facts):
    channel.send(pack(MailHead(Message(attachments=(_ATTACHED,)), ())))


def talk_nonsense(channel, files, facts):
    channel.send(b"{]")


def send_a_number_for_a_text(channel, files, facts):
    head = json.loads(pack(MailHead(Message(), ())))
    head["message"]["subject"] = 7
    channel.send(json.dumps(head).encode())


def break_out(channel, files, facts):
    """Names what was refused; the mail's bytes are the path of a file that is none of its business."""
    secret = os.pread(files[0], 1000, 0).decode()
    tries = {
        "socket": socket.socket,
        "read": lambda: os.open(secret, os.O_RDONLY),
        "fork": os.fork,
        "run": lambda: os.execv("/bin/true", ["true"]),
    }
    told = replace(Message(), text=" ".join(refused(tries)), subject=" ".join(facts["walls"]))
    channel.send(pack(MailHead(told, ())))
