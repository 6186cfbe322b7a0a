"""Only the receiving server's own word about the author counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.message import Address, Message
from parsers.mail.provenance import Authentication, Receiver, authenticate
from parsers.mail.results import results_of

OWN = "from mail.qq.com (unknown [203.0.113.1])\n\tby mx.vip.163.com (NewMX) with SMTP id 1; Thu, 12 Mar 2026"
RELAY = "from x by relay.evil.example; Thu, 12 Mar 2026"
MX = Receiver("mx.vip.163.com")


def a_message(*trace, author="zhangsan@qq.com"):
    return Message(authors=(Address(author),) if author else (), trace=trace)


def results(text, *, above=(("received", OWN),)):
    return a_message(*above, ("authentication-results", "mx.vip.163.com; " + text))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param("spf=pass smtp.mail=zhangsan@qq.com; dkim=none; dmarc=none", "verified", id="SPF of the author"),
        pytest.param("spf=pass smtp.mailfrom=<zhangsan@qq.com>", "verified", id="angle brackets as QQ writes"),
        pytest.param("spf=none; dkim=pass header.d=qq.com", "verified", id="DKIM of the author"),
        pytest.param("dkim=pass header.i=@vip.qq.com; spf=fail smtp.mail=a@b.cn", "verified", id="DKIM mends SPF"),
        pytest.param("dmarc=pass header.from=qq.com", "verified", id="DMARC"),
        pytest.param("dmarc=pass (p=NONE) header.from=qq.com", "verified", id="comment inside"),
        pytest.param(
            "dkim=pass header.d=evil.example; spf=pass smtp.mail=a@evil.example", "unverified", id="D4 not aligned"
        ),
        pytest.param("dmarc=pass header.from=evil.example", "unverified", id="DMARC of another author"),
        pytest.param("spf=pass smtp.helo=qq.com", "unverified", id="HELO alone"),
        pytest.param("spf=none; dkim=none; dmarc=none", "unverified", id="nothing"),
        pytest.param("spf=softfail smtp.mail=a@qq.com; dkim=temperror", "unverified", id="no explicit fail"),
        pytest.param("none", "unverified", id="none at all"),
        pytest.param("dmarc=fail header.from=qq.com; spf=pass smtp.mail=a@evil.example", "failed", id="DMARC fails"),
        pytest.param("spf=fail smtp.mail=a@qq.com; dkim=none", "failed", id="SPF fails, DKIM silent"),
        pytest.param("spf=none; dkim=fail header.d=qq.com", "failed", id="DKIM fails, SPF silent"),
        pytest.param("spf=fail smtp.mail=a@b.cn; dkim=pass header.d=evil.example", "unverified", id="one passes"),
        pytest.param("spf=fail; nonsense without sense; dmarc=fail", "unverified", id="unreadable is no fail"),
        pytest.param('spf=pass smtp.mail="a;dmarc=fail"@qq.com', "unverified", id="quoted semicolon"),
    ],
)
def test_the_results_are_weighed_against_the_author(text, state):
    assert authenticate(results(text), MX).state.value == state


@pytest.mark.parametrize(
    ("trace", "receiver", "state"),
    [
        pytest.param([OWN, "mx.vip.163.com"], MX, "verified", id="right below the only Received"),
        pytest.param(["mx.vip.163.com", OWN], MX, "verified", id="above the first Received"),
        pytest.param(["mx.vip.163.com", OWN], Receiver("MX.VIP.163.com "), "verified", id="id in other letters"),
        pytest.param([OWN, OWN, "mx.vip.163.com"], MX, "verified", id="several hops of our own house"),
        pytest.param([OWN, RELAY, "mx.vip.163.com"], MX, "unverified", id="D2 below a foreign Received"),
        pytest.param([OWN, "mx.evil.example"], MX, "unverified", id="D3 other id"),
        pytest.param([OWN, "mx.vip.163.com"], Receiver(), "unverified", id="D2 none configured"),
        pytest.param([OWN, "mx.vip.163.com"], Receiver(profile="netease"), "verified", id="NetEase, id is the host"),
        pytest.param([OWN, "mx.163.com"], Receiver(profile="netease"), "unverified", id="NetEase, id is another host"),
        pytest.param([RELAY, "mx.qq.com"], Receiver(profile="qq"), "verified", id="QQ"),
        pytest.param([OWN, RELAY, "mx.qq.com"], Receiver(profile="qq"), "unverified", id="QQ's id below a relay"),
    ],
)
def test_position_and_name_decide_whose_word_counts(trace, receiver, state):
    fields = [
        ("received", one)
        if one.startswith("from ")
        else ("authentication-results", f"{one}; dmarc=pass header.from=qq.com")
        for one in trace
    ]
    assert authenticate(a_message(*fields), receiver).state.value == state


def test_of_two_with_the_trusted_id_the_topmost_counts():
    message = a_message(
        ("received", OWN),
        ("authentication-results", "mx.vip.163.com; dmarc=fail header.from=qq.com"),
        ("authentication-results", "mx.vip.163.com; dmarc=pass header.from=qq.com"),
    )
    assert authenticate(message, MX).state is Authentication.FAILED


def test_exchange_leaves_its_id_out():
    value = "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=qq.com; dkim=none;dmarc=pass action=none header.from=qq.com"
    hop = "from A by B.prod.outlook.com (2603::1) with HTTPS; Thu"
    message = a_message(("received", hop), ("authentication-results", value))
    assert authenticate(message, Receiver(profile="exchange")).state is Authentication.VERIFIED
    below = a_message(("received", hop), ("received", RELAY), ("authentication-results", value))
    assert authenticate(below, Receiver(profile="exchange")).state is Authentication.UNVERIFIED


def test_without_one_author_nothing_is_verified():
    message = results("dmarc=pass header.from=qq.com")
    nobody = a_message(*message.trace, author=None)
    assert authenticate(nobody, MX).state is Authentication.UNVERIFIED


@pytest.mark.parametrize(
    ("value", "identifier", "told"),
    [
        pytest.param(
            "mx15; spf=pass smtp.mail=a@qq.com; dk\n\tim=pass header.i=@qq.com",
            "mx15",
            {"spf": "a@qq.com", "dkim": "@qq.com"},
            id="fold inside a method",
        ),
        pytest.param(
            "mx7; spf=pass smtp.mail=y@data.c\n\tom.cn;", "mx7", {"spf": "y@data.com.cn"}, id="fold in a domain"
        ),
        pytest.param(
            "g0-8; spf=pass smtp.mail=alice-\n\ttest@foxmail.com; dkim=none",
            "g0-8",
            {"spf": "alice-test@foxmail.com", "dkim": None},
            id="fold that unfolds to a wrong address",
        ),
        pytest.param(
            "mx.qq.com; spf=none smtp.mailfrom=;\n\t dkim=none; dmarc=none(permerror) header.from=solar.sec",
            "mx.qq.com",
            {"spf": "", "dkim": None, "dmarc": "solar.sec"},
            id="QQ",
        ),
        pytest.param(
            "mx.google.com;\n dkim=pass header.i=@gmail.com header.s=2 header.b=abc=;\n spf=pass (google: x;y) "
            "smtp.mailfrom=a@gmail.com;\n dmarc=pass (p=NONE sp=QUARANTINE) header.from=gmail.com",
            "mx.google.com",
            {"dkim": "@gmail.com", "spf": "a@gmail.com", "dmarc": "gmail.com"},
            id="Google, semicolon in a comment",
        ),
        pytest.param(
            'mx.a.cn 1; spf/1=pass reason="a b" smtp.mailfrom=x.cn', "mx.a.cn", {"spf": "x.cn"}, id="versions"
        ),
    ],
)
def test_results_are_read_as_providers_write_them(value, identifier, told):
    found = results_of(value)
    keys = ("smtp.mail", "smtp.mailfrom", "header.i", "header.from")
    assert found.authserv_id == identifier
    assert {
        one.method: next((one.properties[key] for key in keys if key in one.properties), None) for one in found.results
    } == told


@given(st.text(alphabet='abc=.;@()"<>\n\t spfdkim-pass', max_size=200))
def test_no_results_header_raises(value):
    message = results(value)
    assert isinstance(authenticate(message, MX).state, Authentication)
