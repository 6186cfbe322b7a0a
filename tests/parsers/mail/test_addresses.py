"""An address is what stands there beyond doubt, or it is no address."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.addresses import ADDRESS_LIMIT, addr_spec, authors, recipients, same_organisation
from parsers.mail.message import AuthorDefect
from tests.pace import slowness

NONE, SEVERAL, DEFECTIVE = AuthorDefect.NONE, AuthorDefect.SEVERAL, AuthorDefect.DEFECTIVE


@pytest.mark.parametrize(
    ("header", "address", "defects"),
    [
        pytest.param("a@b.cn", "a@b.cn", (), id="bare"),
        pytest.param("张三 <Zhang.San@Example.CN>", "Zhang.San@example.cn", (), id="name not quoted, domain folded"),
        pytest.param('"张三, 监理" <a@b.cn>', "a@b.cn", (), id="comma in a quoted name"),
        pytest.param("=?utf-8?Q?Li,_Si?= <a@b.cn>", "a@b.cn", (), id="comma in an encoded word"),
        pytest.param("(c (d) e) a@b.cn (x)", "a@b.cn", (), id="comments"),
        pytest.param("a@b.cn <A@B.cn>", "A@b.cn", (), id="name repeats the address"),
        pytest.param('"a b"@b.cn', '"a b"@b.cn', (), id="quoted local part"),
        pytest.param('"alice@good.cn" <eve@evil.cn>', "eve@evil.cn", ("name_is_address",), id="D5 quoted"),
        pytest.param("=?utf-8?q?alice=40good.cn?= <eve@evil.cn>", "eve@evil.cn", ("name_is_address",), id="D5 encoded"),
        pytest.param('"alice＠good.cn" <eve@evil.cn>', "eve@evil.cn", ("name_is_address",), id="D5 full-width at"),
        pytest.param("alice@good.cn <eve@evil.cn>", None, ("defective", "none"), id="D6 name and address"),
        pytest.param("<alice@good.cn>eve@evil.cn", None, ("defective", "none"), id="D6 text behind"),
        pytest.param("alice@good.cn)bob@evil.cn", None, ("defective", "none"), id="D6 stray bracket"),
        pytest.param("<alice@good.cn> <eve@evil.cn>", None, ("defective", "none"), id="two in brackets"),
        pytest.param("alice @good.cn", None, ("defective", "none"), id="blank inside"),
        pytest.param("<a@b.cn", None, ("defective", "none"), id="bracket never closed"),
        pytest.param('"a@b.cn', None, ("defective", "none"), id="quote never closed"),
        pytest.param("<@relay.cn:a@b.cn>", None, ("defective", "none"), id="route"),
        pytest.param("=?utf-8?q?a=40b.cn?=", None, ("defective", "none"), id="address only in an encoded word"),
        pytest.param("a@b.cn; c@d.cn", None, ("defective", "none"), id="semicolon between"),
        pytest.param("a@b.cn, c@d.cn", None, ("several",), id="D7 two addresses"),
        pytest.param("group: a@b.cn, c@d.cn;", None, ("several",), id="group"),
        pytest.param("undisclosed-recipients:;", None, ("none",), id="empty group"),
        pytest.param("", None, ("none",), id="empty"),
        pytest.param("аlice@good.cn", "аlice@good.cn", ("not_ascii",), id="D8 Cyrillic local part"),
        pytest.param("alice@gооd.cn", "alice@xn--gd-fmca.cn", ("not_ascii",), id="D8 Cyrillic domain"),
        pytest.param("a@b.cn\u202e <c@d.cn>", None, ("defective", "none"), id="direction sign"),
        pytest.param("((((((((((((((a@b.cn", None, ("defective", "none"), id="A9 nested comments"),
        pytest.param("a@-b.cn", None, ("defective", "none"), id="domain begins with a hyphen"),
        pytest.param(".a@b.cn", None, ("defective", "none"), id="local part begins with a dot"),
    ],
)
def test_the_author_is_one_address_or_a_defect(header, address, defects):
    found = authors((header.encode(),))
    assert {defect.value for defect in found.defects} >= set(defects)
    if address is None:
        assert len(found.addresses) != 1
        assert found.defects
    else:
        assert [one.addr_spec for one in found.addresses] == [address]
        assert {defect.value for defect in found.defects} == set(defects)


def test_two_from_headers_are_several_even_when_alike():
    assert authors((b"a@b.cn", b"a@b.cn")).defects == (SEVERAL,)


@pytest.mark.parametrize(
    ("sender", "differs"),
    [("c@b.cn", False), ("c@mail.b.cn", False), ("c@evil.cn", True), ("nonsense", True)],
)
def test_a_sender_of_another_domain_is_told(sender, differs):
    found = authors((b"a@b.cn",), sender.encode())
    assert (AuthorDefect.SENDER_DIFFERS in found.defects) is differs


def test_a_name_in_raw_gbk_whose_second_byte_is_a_sign_does_not_move_the_address():
    # In GBK 乗 ends in "\", 丂 in "@": bytes that would cut the header elsewhere.
    name = "乗丂".encode("gbk")
    assert b"\\" in name
    assert b"@" in name
    assert [one.addr_spec for one in authors((name + b" <a@b.cn>",)).addresses] == ["a@b.cn"]
    assert authors((b'"' + name + b'" <a@b.cn>',)).addresses[0].name == "乗丂"


def test_recipients_are_read_kindly():
    found = recipients(("王五 wang@x.cn <w@x.cn>; 组: a@b.cn, <c@d.cn>;, 无地址".encode(),))
    assert [one.addr_spec for one in found.addresses] == ["w@x.cn", "a@b.cn", "c@d.cn"]
    assert found.unread == ("无地址",)


def test_only_the_first_recipients_are_read():
    found = recipients((b"a@b.cn, " * 5000,))
    assert len(found.addresses) <= ADDRESS_LIMIT
    assert found.cut


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("qq.com", "mail.qq.com", True),
        ("163.com", "vip.163.com", True),
        ("a.com.cn", "b.com.cn", False),
        ("com.cn", "a.com.cn", False),
        ("cq.gov.cn", "gov.cn", False),
        ("evilqq.com", "qq.com", False),
        ("", "", False),
    ],
)
def test_one_organisation_is_a_domain_and_what_lies_below(one, other, same):
    assert same_organisation(one, other) is same
    assert same_organisation(other, one) is same


@given(st.binary(max_size=300))
def test_no_header_raises_and_every_author_is_a_valid_address(header):
    for one in authors((header,)).addresses:
        read = addr_spec(one.addr_spec)
        assert read is not None
        assert read[0] == one.addr_spec
    recipients((header,))


@given(st.from_regex(r"[a-z][a-z0-9._-]{0,10}[a-z0-9]", fullmatch=True).filter(lambda text: ".." not in text))
def test_a_plain_address_stays_what_it_is_behind_any_name(local):
    spec = f"{local}@example.cn"
    for header in (spec, f"<{spec}>", f"名 <{spec}>", f'"x, y" <{spec}>'):
        assert [one.addr_spec for one in authors((header.encode(),)).addresses] == [spec]


@pytest.mark.parametrize("sign", ['"', '"\\', "<", "(", "=?a?q?", "a.", ",", "a@a."])
def test_hostile_repetition_is_linear(sign):
    slow = slowness()
    started = time.process_time()
    authors(((sign * 32_000)[:32_000].encode(),))
    recipients(((sign * 32_000)[:32_000].encode(),))
    assert time.process_time() - started < 1.0 * slow
