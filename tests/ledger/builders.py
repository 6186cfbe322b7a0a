"""Invented mails, cases and letters for the ledger's tests."""

import hashlib
import itertools
from datetime import UTC, date, datetime, timedelta

from ledger.entries import Arrival, CaseFacts, CaseState, ClockEntry, Delivery, FindingEntry, Letter

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MAILBOX = "review@office.example"
LEASE = 120.0
_ids = itertools.count(1)


def later(**span):
    return NOW + timedelta(**span)


def an_arrival(uid=1, body=None, mailbox=MAILBOX, folder="INBOX", uidvalidity=7, **more):
    raw = f"mail {uid}" if body is None else body
    more.setdefault("author", "zhang@applicant.example")
    return Arrival(
        Delivery(mailbox, folder, uidvalidity, uid, NOW, len(raw)), hashlib.sha256(raw.encode()).hexdigest(), **more
    )


def a_letter(kind="complete", **more):
    number = next(_ids)
    fields = {
        "mailbox": MAILBOX, "recipients": ("zhang@applicant.example",), "subject": "【材料齐全】",
        "message_id": f"<mb.{number}@office.example>", "sha256": f"{number:064x}",
    }  # fmt: skip
    return Letter(kind=kind, **{**fields, **more})


def some_facts(**more):
    fields = {
        "matter": "engineer_track_record", "action": "add", "submitted_by": "engineer", "firm": "山城路监理有限公司",
        "engineer": "张三", "verdict": "complete", "office": "中心", "received_at": NOW,
        "applicant": "zhang@applicant.example", "pack_version": "1",
        "findings": (FindingEntry("firm_not_copied", "defect", "附件4 1.4.1", "…"),),
        "clocks": (ClockEntry("feedback10", "二", date(2026, 12, 4)),),
    }  # fmt: skip
    return CaseFacts(**{**fields, **more})


def a_case(ledger, uid=1, letters=(), state=CaseState.COMPLETE, facts=None, **arrival):
    """Record, claim and file one mail; its number."""
    (recorded,) = ledger.record_mails([an_arrival(uid, **arrival)], NOW)
    claim = ledger.claim("w", LEASE, NOW)
    assert claim.mail.id == recorded.mail_id
    number = ledger.assign_number(claim.mail.id, "ZJZD", 2026)
    ledger.file_case(claim, facts or some_facts(), number=number, state=state, letters=letters, now=NOW)
    return number
