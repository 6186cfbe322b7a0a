"""Which mails were made to stop a mail program? Our own generator (table 2, groups A and B)."""

import zlib
from functools import cache

_HEAD = b"From: sun@stranger.invalid\r\nTo: cqjtzjzd@vip.163.com\r\nSubject: %b\r\nMIME-Version: 1.0\r\n"


def nested(depth: int) -> bytes:
    """multipart in multipart in …"""
    level = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    levels = b"".join(level % (number, number) for number in range(depth))
    return _HEAD % b"nested" + levels + b"Content-Type: text/plain\r\n\r\nin the middle\r\n"


def forwarded(times: int) -> bytes:
    """message/rfc822 in itself."""
    return _HEAD % b"forwarded" + b"Content-Type: message/rfc822\r\n\r\n" * times + b"Subject: x\r\n\r\nend\r\n"


def many_parts(count: int) -> bytes:
    head = _HEAD % b"parts" + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * count + b"--b--\r\n"


def with_header(line: bytes) -> bytes:
    return _HEAD % b"header" + line + b"\r\n\r\nbody\r\n"


def with_file(name: bytes, content: bytes, kind: bytes = b"application/pdf") -> bytes:
    head = _HEAD % b"file" + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: ' + kind
    named = (
        b'\r\nContent-Disposition: attachment; filename="' + name + b'"\r\nContent-Transfer-Encoding: binary\r\n\r\n'
    )
    return head + named + content + b"\r\n--b--\r\n"


def bomb_pdf() -> bytes:
    """A Flate stream of 64 MiB in 64 kB."""
    stream = zlib.compress(b"0" * (1 << 26), 9)
    return b"%%PDF-1.4\n1 0 obj<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream endobj\n%%%%EOF" % (
        len(stream),
        stream,
    )


@cache
def hostile_mails() -> tuple[bytes, ...]:
    """Sixty and more, each wrong in its own way; small enough to be sent by the thousand."""
    mails = [nested(depth) for depth in (21, 50, 100, 400)]
    mails += [forwarded(times) for times in (21, 100, 400)]
    mails += [many_parts(count) for count in (51, 300, 1000)]
    mails += [with_header(b"Subject: " + b"A" * size) for size in (9_000, 100_000)]
    mails += [with_header(b"Subject:" + b"\r\n =?utf-8?q?x?=" * count) for count in (100, 2_000)]
    mails += [with_header(b"To: " + b", ".join(b"a%d@b.invalid" % n for n in range(count))) for count in (60, 3_000)]
    mails += [with_header(b"To: " + b"(" * depth) for depth in (50, 500)]
    mails += [with_header(b"X-%d: y\r\n" % n * 2_000 + b"X: y") for n in range(2)]
    mails += [with_header(b"Content-Type: text/plain; charset=" + one) for one in (b"utf-7", b"unknown-8bit", b"gb2312", b'"', b"x" * 999)]  # fmt: skip # noqa: E501 - a table
    mails += [with_header(one) for one in (
        b"From: =?utf-8?q?boss=0aBcc:_e@x?= <a@b.invalid>", b"From: a@b.invalid\r\nFrom: c@d.invalid",
        b"From: alice@good.invalid <eve@evil.invalid>", b"From: <>", b"From: \xff\xfe",
        b"From: a@b.invalid,c@d.invalid",
        b"Date: Thu, 99 Foo 1970 99:99:99 +9999", b"Date: 2099", b"Message-ID: <<>>", b"Message-ID: " + b"m" * 20_000,
        b"Reply-To: third@person.invalid", b"In-Reply-To: <" + b"x" * 5_000, b"Subject: hi\r\n\tBcc: evil@x.invalid",
        b"Subject: =?utf-8?b?" + b"A" * 3_000 + b"?=", b"Subject: {{ 7*7 }}{% for i in range(10**9) %}",
        b"Content-Type: multipart/mixed", b'Content-Type: multipart/mixed; boundary=""',
        b"Content-Type: application/ms-tnef; name=winmail.dat", b"Content-Type: application/pkcs7-mime; name=smime.p7m",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode", b"\0: \0",
        b"Content-Type: text/plain;" + b"".join(b" name*%d=x;" % n for n in range(1_000)),
    )]  # fmt: skip
    names = (b"../../etc/cron.d/x", b"..\\..\\a.exe", b"/abs", b"a\0b.pdf", b"CON", b"n" * 400, b"\xe2\x80\xaefdp.exe", b"..", b"=cmd|' /C calc'!A0")  # fmt: skip # noqa: E501 - a table
    mails += [with_file(name, b"%PDF-1.4 nothing") for name in names]
    mails += [with_file(b"a.pdf", one) for one in (b"", b"\xff\xd8\xff\xe0 no jpeg", b"PK\3\4" * 50, b"\0" * 5_000, bomb_pdf())]  # fmt: skip # noqa: E501 - a table
    mails += [
        b"",
        b"\r\n\r\n",
        b"body only",
        b"\0" * 1_000,
        b"\n" * 5_000,
        b"A" * 200_000,
        b"From: a@b.invalid\rTo: x\r\r",
    ]
    return tuple(mails)
