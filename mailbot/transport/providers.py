"""What does each mail provider do differently from the standards?

One entry a provider; the facts were collected from public transcripts and issues, the newest of 2026-08.
"""

from dataclasses import dataclass
from enum import StrEnum


class ProviderName(StrEnum):
    NETEASE = "netease"  #: 163, 126, yeah, 188, vip.163: Coremail
    QQ = "qq"  #: QQ Mail and Tencent exmail
    EXCHANGE = "exchange"  #: Exchange and Microsoft 365
    GMAIL = "gmail"
    PLAIN = "plain"  #: Dovecot, Cyrus and whoever follows the RFCs


@dataclass(frozen=True)
class Pacing:
    """How fast a provider lets one account send."""

    seconds_between: float = 0.0  #: from one mail to the next
    mails_per_connection: int = 50
    pause_minutes: int = 15  #: after a reply that says "too much"
    too_much: tuple[str, ...] = ()  #: marks of such a reply, upper case


@dataclass(frozen=True)
class Provider:
    """The profile of one provider."""

    name: ProviderName
    hosts: tuple[str, ...] = ()  #: a server belongs to it when its name ends so
    sends_id_always: bool = False  #: ID (RFC 2971) even where it is not announced
    keeps_sent_mail: bool = False  #: stores what SMTP took in the Sent folder by itself
    sender_is_login: bool = False  #: refuses any other envelope sender
    pacing: Pacing = Pacing()
    junk_folders: tuple[str, ...] = ()  #: names, where no \\Junk mark is given, and advertising folders besides it
    sent_folders: tuple[str, ...] = ("Sent", "Sent Items", "Sent Messages", "已发送")
    authentication_profile: str = "plain"  #: how its Authentication-Results are to be read


# 421 HL:ICC/IFC (connections, frequency), 450 MI:DMC (mails a connection), 451 MI:SFQ (sender's quota in 15 minutes),
# 450 RP:DRC (recipients a connection), 451 DT:SPM (wait, then try again).
_NETEASE = Provider(
    name=ProviderName.NETEASE,
    hosts=("163.com", "126.com", "yeah.net", "188.com", "netease.com", "ym.163.com", "qiye.163.com"),
    sends_id_always=True,
    keeps_sent_mail=True,
    sender_is_login=True,
    pacing=Pacing(
        seconds_between=3.0,
        mails_per_connection=10,
        too_much=("HL:", "MI:", "RP:", "451 DT:SPM", "TOO MUCH"),
    ),
    # Applicants' mail lands in 广告邮件 as well; it carries no SPECIAL-USE mark.
    junk_folders=("垃圾邮件", "广告邮件"),
    sent_folders=("已发送", "Sent"),
    authentication_profile="netease",
)

_QQ = Provider(
    name=ProviderName.QQ,
    hosts=("qq.com", "exmail.qq.com", "foxmail.com"),
    keeps_sent_mail=False,  # a switch in the web settings, off by default
    sender_is_login=True,
    pacing=Pacing(seconds_between=1.0, mails_per_connection=20, too_much=("FREQUENCY LIMIT", "TOO MANY", "QUOTA")),
    junk_folders=("Junk", "垃圾邮件", "垃圾箱"),
    sent_folders=("Sent Messages", "已发送"),
    authentication_profile="qq",
)

_EXCHANGE = Provider(
    name=ProviderName.EXCHANGE,
    hosts=("outlook.com", "office365.com", "office.com", "outlook.cn", "partner.outlook.cn"),
    keeps_sent_mail=True,
    sender_is_login=True,
    # 30 messages a minute, 3 connections at once.
    pacing=Pacing(seconds_between=2.0, mails_per_connection=30, too_much=("5.2.2", "4.3.2", "CONCURRENT", "THROTTL")),
    junk_folders=("Junk Email", "Junk E-mail", "垃圾邮件"),
    sent_folders=("Sent Items", "已发送邮件"),
    authentication_profile="exchange",
)

_GMAIL = Provider(
    name=ProviderName.GMAIL,
    hosts=("gmail.com", "googlemail.com", "google.com"),
    keeps_sent_mail=True,
    sender_is_login=True,
    pacing=Pacing(seconds_between=1.0, too_much=("4.2.1", "5.4.5", "4.7.28")),
    junk_folders=("[Gmail]/Spam", "[Gmail]/垃圾邮件"),
    sent_folders=("[Gmail]/Sent Mail", "[Gmail]/已发邮件"),
    authentication_profile="google",
)

_PLAIN = Provider(
    name=ProviderName.PLAIN,
    junk_folders=("Junk", "Spam", "垃圾邮件", "广告邮件"),
)

PROVIDERS = {provider.name: provider for provider in (_NETEASE, _QQ, _EXCHANGE, _GMAIL, _PLAIN)}


def provider_of(host: str) -> Provider:
    """The profile for a server's name; the plain one for a name that is not known."""
    name = host.lower().rstrip(".")
    for provider in PROVIDERS.values():
        if any(name == suffix or name.endswith(f".{suffix}") for suffix in provider.hosts):
            return provider
    return _PLAIN


def says_too_much(provider: Provider, code: int | None, text: str) -> bool:
    """Whether a reply asks for a longer pause of the whole account."""
    reply = f"{code or ''} {text}".upper()
    return code == 421 or any(mark in reply for mark in provider.pacing.too_much)
