"""Does the database have this program's tables, and if not, can it get them?"""

from functools import cache
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from ledger.errors import WrongSchema
from ledger.tables import METADATA

_VERSIONS: Final = "alembic_version"
_MIGRATION_LOCK: Final = 0x6D61696C626F75


def migrate(engine: Engine) -> None:
    """Create the tables, or bring an older ledger up; nothing to do is the common case. Raises WrongSchema.

    One transaction on both engines, so that a migration is done or not begun; two processes at once take turns.
    """
    if _current(engine) == newest():
        return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        _refuse_foreign(connection, _read(connection))
        command.upgrade(_config(connection), "head")


def newest() -> str:
    """The version that this program brings."""
    return _versions()[0]


def _current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        version = _read(connection)
        _refuse_foreign(connection, version)
        return version


def _read(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608 - a constant


def _refuse_foreign(connection: Connection, version: str | None) -> None:
    if version is None:
        if taken := sorted(set(inspect(connection).get_table_names()) & set(METADATA.tables)):
            raise WrongSchema(
                f"the database holds tables that are not mailbot's ({', '.join(taken)}); name another one"
            )
        return
    if version not in _versions():
        raise WrongSchema(
            f"the ledger has version {version}, this mailbot knows up to {newest()}: the ledger is newer. "
            "Install the mailbot that wrote it, or load an older backup with `mailbot restore FILE --config C`"
        )


@cache
def _versions() -> tuple[str, ...]:
    """The newest first. Read once a process: alembic would run every script of the folder anew at each opening."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions())


def _config(connection: Connection | None) -> Config:
    """No alembic.ini: the scripts are found as a package, wherever it is installed."""
    config = Config()
    config.set_main_option("script_location", "ledger:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
