"""A provider's profile is told by its servers' names."""

import pytest

from mailbot.transport.providers import PROVIDERS, ProviderName, provider_of, says_too_much


@pytest.mark.parametrize(
    ("host", "name"),
    [
        pytest.param("imap.vip.163.com", "netease", id="vip.163"),
        pytest.param("IMAP.126.com.", "netease", id="126, upper case and root dot"),
        pytest.param("imaphz.qiye.163.com", "netease", id="NetEase for enterprises"),
        pytest.param("imap.exmail.qq.com", "qq", id="Tencent exmail"),
        pytest.param("outlook.office365.com", "exchange", id="Microsoft 365"),
        pytest.param("imap.gmail.com", "gmail", id="Gmail"),
        pytest.param("mail.example.gov.cn", "plain", id="an own server"),
        pytest.param("imap.not163.com", "plain", id="a name that only ends alike"),
        pytest.param("127.0.0.1", "plain", id="loopback"),
    ],
)
def test_profile_is_told_by_the_host(host, name):
    assert provider_of(host).name == name


def test_netease_is_paced_identified_and_keeps_what_it_sent():
    netease = PROVIDERS[ProviderName.NETEASE]
    assert netease.sends_id_always
    assert netease.keeps_sent_mail
    assert netease.sender_is_login
    assert netease.pacing.seconds_between >= 3
    assert netease.pacing.mails_per_connection <= 10
    assert netease.pacing.pause_minutes == 15


@pytest.mark.parametrize(
    ("provider", "code", "text", "pause"),
    [
        pytest.param("netease", 421, "HL:ICC too many connections", True, id="NetEase connections"),
        pytest.param("netease", 451, "MI:SFQ 163 smtp5", True, id="NetEase quarter-hour quota"),
        pytest.param("netease", 450, "RP:DRC", True, id="NetEase recipients"),
        pytest.param("netease", 550, "User not found", False, id="NetEase unknown recipient"),
        pytest.param("plain", 450, "4.2.0 greylisted", False, id="greylisting is no pause"),
        pytest.param("plain", 421, "closing", True, id="421 closes for everybody"),
    ],
)
def test_replies_that_ask_for_a_pause(provider, code, text, pause):
    assert says_too_much(PROVIDERS[ProviderName(provider)], code, text) is pause
