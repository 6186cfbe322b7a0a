"""Which ports are free on the loopback address, and does the server answer there yet?"""

import socket
import time


def free_ports(count: int) -> list[int]:
    """All bound at once, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(port: int, *, seconds: float = 15, greeting: bytes = b"") -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                line.settimeout(5)
                if line.recv(200).startswith(greeting):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}")
