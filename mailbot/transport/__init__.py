"""Every socket to a mail server."""
