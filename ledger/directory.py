"""Who is this enterprise, and what was its contact address on that day?

Every change is effective-dated: an address that was replaced stays on record with the days it held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, func, insert, or_, select, update

from ledger.entries import Enterprise
from ledger.office_time import office_day
from ledger.questions import Imported
from ledger.store import Store
from ledger.tables import ENTERPRISE, META

_VALUES: Final = ("name", "credit_identifier", "contact_address", "legal_representative", "contact", "phone")
_AS_OF: Final = "directory_as_of"
_NEAR: Final = 80.0  #: rapidfuzz score; below it names share little more than 工程监理有限公司


class Directory(Store):
    """企业名录 as the office loads it."""

    def import_enterprises(self, rows: Iterable[Enterprise], as_of: date, now: datetime | None = None) -> Imported:
        """Load or update. A change holds from the row's `valid_from`, else from `as_of`; an enterprise's first
        entry holds
        for all days before too. A new name under a known credit identifier makes the old name a former one."""
        at = now or self.now()
        outcomes: list[str] = []
        with self.writing() as connection:
            for row in rows:
                outcomes.append(self._import(connection, row, as_of, at))  # noqa: PERF401 - each statement needs the one before
            connection.execute(self.insert_new(META).values(key=_AS_OF, value=as_of.isoformat()))
            connection.execute(update(META).where(META.c.key == _AS_OF).values(value=as_of.isoformat()))
            result = Imported(*(outcomes.count(outcome) for outcome in ("added", "changed", "unchanged")))
            self.tell(connection, at, "directory_imported", actor="operator", **vars(result))
        return result

    def directory_as_of(self) -> date | None:
        """When the directory was last imported; None: never."""
        with self.reading() as connection:
            day = connection.execute(select(META.c.value).where(META.c.key == _AS_OF)).scalar()
        return date.fromisoformat(day) if day else None

    def directory_size(self, on: date) -> int:
        with self.reading() as connection:
            query = select(func.count()).select_from(ENTERPRISE).where(*_holds(on))
            return int(connection.execute(query).scalar_one())

    def enterprise(self, name: str, on: date) -> Enterprise | None:
        """By its name of that day, else by a former name."""
        key = self.fold(name)
        with self.reading() as connection:
            rows = connection.execute(select(ENTERPRISE).where(ENTERPRISE.c.key == key, *_holds(on))).mappings().all()
            if not rows:
                all_rows = connection.execute(select(ENTERPRISE).where(*_holds(on))).mappings().all()
                rows = [row for row in all_rows if key in {self.fold(former) for former in row["former_names"]}]
            return _with_past(connection, rows[0], on) if rows else None

    def enterprises_at(self, address: str, on: date) -> tuple[Enterprise, ...]:
        """Those whose contact address it is on that day: several firms may share one."""
        return self._by_address(address, on, _holds(on))

    def enterprises_formerly_at(self, address: str, on: date) -> tuple[Enterprise, ...]:
        """Those whose contact address it was before that day, as they stand on that day."""
        with self.reading() as connection:
            past = select(ENTERPRISE.c.credit_identifier).where(
                ENTERPRISE.c.address_key == _address(address), ENTERPRISE.c.valid_until <= on
            )
            query = select(ENTERPRISE).where(ENTERPRISE.c.credit_identifier.in_(past), *_holds(on))
            rows = connection.execute(query.where(ENTERPRISE.c.address_key != _address(address))).mappings().all()
            return tuple(_with_past(connection, row, on) for row in rows)

    def near_names(self, name: str, on: date, limit: int = 3) -> tuple[str, ...]:
        """Names of that day's directory that look like it, the nearest first: a hint for the reviewer, never a
        proof."""
        with self.reading() as connection:
            query = select(ENTERPRISE.c.name, ENTERPRISE.c.key).where(*_holds(on)).order_by(ENTERPRISE.c.name)
            keys = {row.name: row.key for row in connection.execute(query)}
        found = process.extract(self.fold(name), keys, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=limit)
        return tuple(str(near[2]) for near in found)

    def _by_address(self, address: str, on: date, conditions: Sequence[Any]) -> tuple[Enterprise, ...]:
        query = select(ENTERPRISE).where(ENTERPRISE.c.address_key == _address(address), *conditions)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(ENTERPRISE.c.name)).mappings().all()
            return tuple(_with_past(connection, row, on) for row in rows)

    def _import(self, connection: Connection, row: Enterprise, as_of: date, at: datetime) -> str:
        versions = self._versions(connection, row)
        if not versions:
            self._insert_version(connection, row, row.valid_from, None, at)
            return "added"
        start = row.valid_from or as_of
        holding = next((version for version in reversed(versions) if _covers(version, start)), None)
        if holding is None:  # known only from a later day on
            self._insert_version(connection, row, start, versions[0]["valid_from"], at)
            return "changed"
        entry = _renamed(row, holding, self.fold)
        if all(getattr(entry, name) == holding[name] for name in _VALUES) and (
            list(entry.former_names) == holding["former_names"]
        ):
            return "unchanged"
        connection.execute(update(ENTERPRISE).where(ENTERPRISE.c.id == holding["id"]).values(valid_until=start))
        self._insert_version(connection, entry, start, holding["valid_until"], at)
        return "changed"

    def _versions(self, connection: Connection, row: Enterprise) -> list[Any]:
        """Every version of this enterprise in order; one that never held a day (corrected on the same day) is
        left out."""
        same = or_(
            ENTERPRISE.c.credit_identifier == row.credit_identifier,
            ENTERPRISE.c.key == self.fold(row.name),
        )
        rows = connection.execute(select(ENTERPRISE).where(same).order_by(ENTERPRISE.c.id)).mappings().all()
        held = [one for one in rows if one["valid_until"] is None or one["valid_from"] != one["valid_until"]]
        return sorted(held, key=lambda one: one["valid_from"] or date.min)

    def _insert_version(
        self, connection: Connection, row: Enterprise, start: date | None, end: date | None, at: datetime
    ) -> None:
        connection.execute(
            insert(ENTERPRISE).values(
                key=self.fold(row.name), address_key=_address(row.contact_address), valid_from=start, valid_until=end,
                former_names=list(row.former_names), imported_at=at, **{name: getattr(row, name) for name in _VALUES},
            )
        )  # fmt: skip


def today(at: datetime) -> date:
    """The office's day, for `as_of`."""
    return office_day(at)


def _holds(on: date) -> tuple[Any, ...]:
    return (
        or_(ENTERPRISE.c.valid_from.is_(None), ENTERPRISE.c.valid_from <= on),
        or_(ENTERPRISE.c.valid_until.is_(None), ENTERPRISE.c.valid_until > on),
    )


def _covers(row: Any, day: date) -> bool:
    return (row["valid_from"] is None or row["valid_from"] <= day) and (
        row["valid_until"] is None or day < row["valid_until"]
    )


def _renamed(row: Enterprise, holding: Any, fold: Any) -> Enterprise:
    """Former names are kept, and a name given up joins them."""
    former = dict.fromkeys([*holding["former_names"], *row.former_names])
    if fold(holding["name"]) != fold(row.name):
        former[holding["name"]] = None
    former.pop(row.name, None)
    return replace(row, former_names=tuple(former))


def _with_past(connection: Connection, row: Any, on: date) -> Enterprise:
    """The entry with the addresses that were replaced by that day, the latest first."""
    past = select(ENTERPRISE.c.contact_address).where(
        ENTERPRISE.c.credit_identifier == row["credit_identifier"],
        ENTERPRISE.c.valid_until <= on,
        ENTERPRISE.c.address_key != row["address_key"],
        or_(ENTERPRISE.c.valid_from.is_(None), ENTERPRISE.c.valid_from < ENTERPRISE.c.valid_until),
    )
    addresses = connection.execute(past.order_by(ENTERPRISE.c.valid_until.desc())).scalars()
    return Enterprise(
        **{name: row[name] for name in _VALUES},
        former_names=tuple(row["former_names"]),
        valid_from=row["valid_from"],
        earlier_addresses=tuple(dict.fromkeys(addresses)),
    )


def _address(address: str) -> str:
    return address.strip().lower()
