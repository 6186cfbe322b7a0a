"""How does a configured mailbox become an account that the transport can use?"""

from collections.abc import Mapping

from mailbot.office.access_tokens import token_of
from mailbot.office.credentials import password_of
from mailbot.settings import Mailbox, Settings
from mailbot.transport.mailbox import MEBIBYTE, Account, Endpoint
from mailbot.transport.providers import PROVIDERS, Provider, ProviderName, provider_of
from parsers.mail.provenance import Receiver


def account_of(mailbox: Mailbox, settings: Settings, environment: Mapping[str, str]) -> Account:
    """Raises ConfigurationError when the password is missing or not kept safely."""
    return Account(
        address=mailbox.address,
        imap=Endpoint(mailbox.imap_host, mailbox.imap_port, mailbox.imap_tls),
        smtp=Endpoint(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_tls),
        username=mailbox.login,
        password="" if mailbox.auth == "xoauth2" else password_of(mailbox, environment),
        token=token_of(mailbox) if mailbox.auth == "xoauth2" else None,
        folders=mailbox.folders,
        since=mailbox.since,
        provider=_configured(mailbox),
        ca_file=mailbox.tls_ca_file,
        mark_seen=settings.mail.mark_seen,
        max_bytes=settings.limits.mail_megabytes * MEBIBYTE,
    )


def receiver_of(mailbox: Mailbox) -> Receiver:
    """Whose word on the sender is believed for mail in this mailbox."""
    provider = _configured(mailbox) or provider_of(mailbox.imap_host)
    return Receiver(mailbox.authserv_id, provider.authentication_profile)


def receiver_at(address: str) -> Receiver:
    """The same for an address that is not configured: told by its domain."""
    return Receiver(None, provider_of(address.rpartition("@")[2]).authentication_profile)


def _configured(mailbox: Mailbox) -> Provider | None:
    return PROVIDERS[ProviderName(mailbox.provider)] if mailbox.provider else None
