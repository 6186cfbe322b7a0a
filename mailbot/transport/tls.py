"""Whom do we trust at the other end of the line?"""

import ssl

from mailbot.transport.mailbox import Account


def trust(account: Account) -> ssl.SSLContext:
    """Verifying, TLS 1.2 or newer; an office's own authority beside the system's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if account.ca_file is not None:
        context.load_verify_locations(cafile=account.ca_file)
    return context
