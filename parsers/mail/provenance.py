"""What does the receiving server itself say of the sender (RFC 8601)?"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from parsers.mail.addresses import same_organisation
from parsers.mail.message import Message
from parsers.mail.results import Result, Results, results_of


class Authentication(StrEnum):
    VERIFIED = "verified"  #: an aligned SPF, DKIM or DMARC pass
    UNVERIFIED = "unverified"  #: no trusted result
    FAILED = "failed"  #: the receiving server says fail


@dataclass(frozen=True)
class Receiver:
    """Whose results are believed: the configured authserv-id, else the provider's profile."""

    authserv_id: str | None = None
    profile: str = "plain"  #: netease, qq, exchange, plain


@dataclass(frozen=True)
class Provenance:
    state: Authentication
    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    authserv_id: str | None = None


_BY = re.compile(r"\bby\s+\[?([A-Za-z0-9._:-]{1,255})")
_COREMAIL = re.compile(
    r"\bby\s+([A-Za-z0-9._-]{1,255})\s+\(Coremail\)\s+with\s+\w{1,10}\s+id\s+([!-:<-~]{1,200})", re.IGNORECASE
)
_EXCHANGE = re.compile(r"(?:.+\.)?(?:outlook\.com|outlook\.cn|office365\.com|partner\.outlook\.cn)", re.IGNORECASE)
_QQ = re.compile(r"(?:.+\.)?qq\.com", re.IGNORECASE)


def authenticate(message: Message, receiver: Receiver) -> Provenance:
    """The one trusted result, weighed against the author's domain; forged copies further down never count.

    FAILED only for an explicit fail of DMARC, or where neither SPF nor DKIM passes and one of them fails.
    """
    results = _trusted(message, receiver)
    if results is None:
        return Provenance(Authentication.UNVERIFIED)
    spf, dkim, dmarc = (_outcome(results, method) for method in ("spf", "dkim", "dmarc"))
    state = Authentication.UNVERIFIED
    if dmarc == "fail" or (dmarc != "pass" and "pass" not in (spf, dkim) and "fail" in (spf, dkim)):
        state = Authentication.FAILED
    elif message.author is not None and any(_vouches(one, message.author.domain) for one in results.results):
        state = Authentication.VERIFIED
    return Provenance(state, spf, dkim, dmarc, results.authserv_id)


def _outcome(results: Results, method: str) -> str:
    """The outcome of a method, the best where it was made several times (one mail may carry several signatures)."""
    outcomes = [one.outcome for one in results.results if one.method == method]
    return "pass" if "pass" in outcomes else outcomes[0] if outcomes else "none"


def _vouches(result: Result, author_domain: str) -> bool:
    """Whether it is a pass for the author's own organisation: alignment as DMARC has it, relaxed (RFC 7489 3.1)."""
    if result.outcome != "pass":
        return False
    match result.method:
        case "dmarc":
            shown = result.properties.get("header.from", "")
            return not shown or same_organisation(_domain(shown), author_domain)
        case "dkim":
            signer = result.properties.get("header.d") or result.properties.get("header.i", "")
            return same_organisation(_domain(signer), author_domain)
        case "spf":
            # "mail" is NetEase's word for mailfrom. HELO alone proves nothing about the author.
            sender = result.properties.get("smtp.mailfrom") or result.properties.get("smtp.mail", "")
            return same_organisation(_domain(sender), author_domain)
        case _:
            return False


def _domain(value: str) -> str:
    return value.strip("<>\"' ").rpartition("@")[2].lower()


def _trusted(message: Message, receiver: Receiver) -> Results | None:
    if receiver.authserv_id:
        wanted = receiver.authserv_id.strip().lower()
        return _topmost(message, lambda name: name == wanted, lambda host: _same_server(host, wanted))
    host = _by(next((value for name, value in message.trace if name == "received"), ""))
    match receiver.profile:
        case "netease":
            return _netease(message, host)
        case "qq":
            return _topmost(message, lambda name: _QQ.fullmatch(name) is not None, lambda by: bool(_QQ.fullmatch(by)))
        case "exchange":
            return _topmost(
                message,
                lambda name: not name or _EXCHANGE.fullmatch(name) is not None,
                lambda by: bool(_EXCHANGE.fullmatch(by)),
            )
        case _:
            return None  # nobody said whom to believe (reliability D2)


def _topmost(message: Message, is_id: Callable[[str], bool], is_own: Callable[[str], bool]) -> Results | None:
    """The topmost result with a trusted id, above every Received that is not the receiving server's own.

    The topmost Received is its own by nature: the last server on the way wrote it.
    """
    seen_received = False
    for name, value in message.trace:
        if name == "received":
            if seen_received and not is_own(_by(value)):
                return None
            seen_received = True
        elif name == "authentication-results":
            results = results_of(value)
            if is_id(results.authserv_id or ""):
                return results if results.results else None
    return None


def _netease(message: Message, host: str) -> Results | None:
    """NetEase keeps foreign results and writes its own near the bottom; its transaction id is the proof.

    The id of the topmost Received must equal X-CM-TRANSID, and its host the authserv-id; the last such header counts.
    A server of NetEase without Coremail's mark writes RFC 8601: there the id must be the host that received.
    """
    topmost = next((value for name, value in message.trace if name == "received"), "")
    proof = _COREMAIL.search(re.sub(r"\s+", " ", topmost))
    if proof is None:
        wanted = host.lower()
        return _topmost(message, lambda name: bool(name) and name == wanted, lambda by: _same_server(by, wanted))
    host, transaction = proof[1].lower(), _transaction(proof[2])
    found: Results | None = None
    proven = False
    for name, value in message.trace:
        if name == "x-cm-transid":
            proven = proven or _transaction(value) == transaction
        elif name == "authentication-results" and proven:
            results = results_of(value)
            if results.authserv_id == host:
                found = results
    return found if found is not None and found.results else None


def _transaction(value: str) -> str:
    return re.sub(r"--\.?\d*$", "", "".join(value.split()).rstrip(";"))


def _by(received: str) -> str:
    # Comments may hold a forged "by"; the sending server's own words stand in them.
    match = _BY.search(re.sub(r"\([^()]{0,1000}\)", " ", received.replace("\n", " ")))
    return match[1].rstrip(".").lower() if match else ""


def _same_server(host: str, authserv_id: str) -> bool:
    """Whether a Received was written in the house of that authserv-id: the same host or the same organisation."""
    if host == authserv_id or same_organisation(host, authserv_id):
        return True
    tail = authserv_id.partition(".")[2]
    return tail.count(".") >= 1 and same_organisation(host, tail)
