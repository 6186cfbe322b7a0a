"""What has the operator configured?

config.toml becomes one frozen `Settings`; contract.md 4 fixes the names. Relative paths start at the file's folder.
"""

import re
from datetime import date, time
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mailbot.examination.feedback import LetterKind
from mailbot.examination.policies import known_policies
from mailbot.examination.rules import KNOWN_CODES
from mailbot.examination.verdict import Severity
from mailbot.office.validation import read_toml, validate
from mailbot.reading.engines import EngineName

_STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.-]+)+/?", re.ASCII)
LetterMode = Literal["auto", "hold", "off"]
_ASK = "the codes are those that mailbot check --json shows"
Tls = Literal["implicit", "starttls", "none"]


def _an_address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (at and local and "." in domain and value.isascii() and not set(value) & set(' <>,;:"')):
        raise ValueError('is not one plain e-mail address; write it like "name@example.cn"')
    return f"{local}@{domain.lower()}"


def _rooted(path: Path, info: ValidationInfo) -> Path:
    return ((info.context or {}).get("root") or Path.cwd()) / path.expanduser()


def _archive(place: Any, info: ValidationInfo) -> Path | str:
    if not isinstance(place, str | Path):
        raise ValueError("is no place for mails; use a path in quotes, or s3://bucket/folder")
    if "://" not in str(place):
        return _rooted(Path(place), info)
    if not _STORE.fullmatch(str(place)):
        raise ValueError('is no known store; use a folder, or "s3://bucket/folder"')
    return str(place)


def _codes(severities: dict[str, Severity]) -> dict[str, Severity]:
    for code in severities:
        if code not in KNOWN_CODES:
            close = get_close_matches(code, KNOWN_CODES, n=1)
            raise ValueError(f"no finding has the code {code!r}; {f'did you mean {close[0]!r}?' if close else _ASK}")
    return severities


def _letters(letters: dict[str, LetterMode]) -> dict[str, LetterMode]:
    for kind in letters:
        if kind not in set(LetterKind):
            raise ValueError(f"there is no letter {kind!r}; known: {', '.join(LetterKind)}")
    return letters


def _there(path: Path, info: ValidationInfo) -> Path:
    path = _rooted(path, info)
    if not path.exists():
        raise ValueError(f"{path} is not there; create it or remove the key")
    return path


Address = Annotated[str, AfterValidator(_an_address)]
Rooted = Annotated[Path, AfterValidator(_rooted)]
Existing = Annotated[Path, AfterValidator(_there)]
Port = Annotated[int, Field(ge=1, le=65535)]
Positive = Annotated[int, Field(ge=1)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Office(Table):
    """Who signs the letters."""

    name: str = "审核单位"
    phone: str = ""
    address: str = ""  #: for 现场办理
    hours: str = "工作日办公时间"


class LedgerTable(Table):
    url: str = "sqlite:///data/ledger.db"
    archive: Annotated[Path | str, PlainValidator(_archive)] = "data/archive"  #: raw mails: a folder, or s3://…
    archive_endpoint: str | None = None  #: of an S3-compatible store that is not Amazon's
    data: Rooted = Path()  #: this machine's lock, secret and certificates; default: where the archive's folder lies

    @field_validator("archive_endpoint")
    @classmethod
    def _no_open_store(cls, endpoint: str | None) -> str | None:
        parts = urlsplit(endpoint or "")
        if endpoint and not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
            raise ValueError('would send mails in clear; write it like "https://oss-cn-chengdu.aliyuncs.com"')
        return endpoint

    @property
    def is_shared(self) -> bool:
        """Whether workers on other machines can reach it."""
        return self.url.startswith("postgresql")

    @field_validator("data", mode="before")
    @classmethod
    def _beside_the_archive(cls, data: Any, info: ValidationInfo) -> Any:
        archive = info.data.get("archive")
        if data != Path():
            return data
        return archive.parent if isinstance(archive, Path) else "data"

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str, info: ValidationInfo) -> str:
        if url.startswith("sqlite:///"):
            return f"sqlite:///{_rooted(Path(url.removeprefix('sqlite:///')), info)}"
        if not url.startswith("postgresql+psycopg://"):
            raise ValueError('is no known database; use "sqlite:///…" or "postgresql+psycopg://…"')
        return url


class MailTable(Table):
    send: bool = True  #: false: everything but the sending
    poll_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    mark_seen: bool = False  #: set \\Seen on the server once a mail is archived
    idle: bool = True  #: use IDLE as a wake-up where the server announces it


class Mailbox(Table):
    """One review mailbox."""

    address: Address
    matters: Annotated[tuple[str, ...], Field(min_length=1)]
    reviewers: tuple[Address, ...] = ()
    aliases: tuple[Address, ...] = ()  #: other addresses that deliver here
    code: str | None = Field(default=None, pattern=r"^[A-Z0-9]{2,8}$")  #: prefix of case numbers
    imap_host: str
    imap_port: Port = 993
    imap_tls: Tls = "implicit"
    smtp_host: str
    smtp_port: Port = 465
    smtp_tls: Tls = "implicit"
    tls_ca_file: Existing | None = None
    username: str | None = None
    auth: Literal["password", "xoauth2"] = "password"  #: xoauth2: where the provider takes no password (Microsoft 365)
    token_command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None  #: program and words; prints the token
    token_file: Rooted | None = None  #: where something else keeps a token that is always fresh
    password_env: str | None = None
    password_file: Rooted | None = None
    password_credential: str | None = None
    provider: Literal["netease", "qq", "exchange", "gmail", "plain"] | None = None
    authserv_id: str | None = None
    since: date | None = None
    office: Office | None = None
    folders: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _no_open_line(self) -> Self:
        for leg, host, tls in (("imap", self.imap_host, self.imap_tls), ("smtp", self.smtp_host, self.smtp_tls)):
            if tls == "none" and not is_loopback(host):
                raise ValueError(f'{leg}_tls "none" would send the password in clear; use "implicit" or "starttls"')
        return self

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        ways = [way for way in (self.password_env, self.password_file, self.password_credential) if way]
        tokens = [way for way in (self.token_command, self.token_file) if way]
        if self.auth == "xoauth2" and (ways or len(tokens) != 1):
            raise ValueError('auth "xoauth2" goes with a token; set token_command or token_file, and no password')
        if self.auth == "password" and tokens:
            raise ValueError('a token is named, but auth is "password"; set auth = "xoauth2" or leave the token out')
        if len(ways) > 1:
            raise ValueError(
                "several passwords are named; keep one of password_env, password_file, password_credential"
            )
        return self

    @property
    def login(self) -> str:
        return self.username or self.address

    @property
    def case_code(self) -> str:
        """Prefix of case numbers: cqjtzjzd@… → ZJZD."""
        if self.code:
            return self.code
        letters = "".join(filter(str.isalnum, self.address.partition("@")[0])).upper()
        return letters.removeprefix("CQJT")[:8] or "JL"


class FeedbackTable(Table):
    on_due: Literal["send_certain", "escalate_only"] = "send_certain"
    letters: Annotated[
        dict[str, LetterMode], AfterValidator(_letters)
    ] = {}  #: by kind of letter; the shipped modes hold for the rest
    per_address_hour: Positive = 3
    per_address_day: Positive = 10
    per_hour: Positive = 60  #: over all: then sending pauses and an alarm is raised


class Reviewer(Table):
    """审核人员, by name, as 四.(四) demands."""

    name: str
    address: Address
    valid_from: date
    valid_until: date | None = None
    substitute: Address | None = None
    head: bool = False  #: is told of what nobody answers

    def serves_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class DirectoryTable(Table):
    max_age_days: Positive = 30


class Folders(Table):
    calendars: Existing | None = None
    packs: Existing | None = None
    suspended: Existing | None = None
    projects: Existing | None = None
    templates: Existing | None = None  #: the office's own wording, over the shipped one


class Forms(Table):
    directory: Existing | None = None


class ReadingTable(Table):
    """How papers are read."""

    engine: EngineName = "rapid"
    second_opinion: bool = False  #: tesseract too is asked about names and dates that nothing else vouches for
    workers: Annotated[int, Field(ge=1, le=64)] | None = None  #: default: one a core
    cache: Rooted = Path("data/cache")

    @model_validator(mode="after")
    def _two_engines(self) -> Self:
        if self.second_opinion and self.engine == "tesseract":
            raise ValueError('second_opinion: tesseract cannot vouch for itself; set engine = "rapid"')
        return self


class DeskTable(Table):
    digest_at: Annotated[time, Field(strict=True)] = time(8, 30)  #: on workdays, Asia/Shanghai
    undo_minutes: Annotated[int, Field(ge=0, le=240)] = 5  #: letters of a decision wait so long for 撤销


class Limits(Table):
    mail_megabytes: Annotated[int, Field(ge=1, le=500)] = 80
    free_disk_megabytes: Positive = 500


class Monitor(Table):
    """What a monitoring system and the alarms are told."""

    port: Annotated[int, Field(ge=1, le=65535)] | None = (
        None  #: /healthz and /metrics on 127.0.0.1; left out: not served
    )
    waiting_minutes: Positive = 30  #: an alarm when a mail is not worked for so long
    silent_minutes: Positive = 15  #: an alarm when a mailbox was not looked through for so long


class Settings(Table):
    """The whole configuration."""

    office: Office = Office()
    ledger: LedgerTable = LedgerTable()
    mail: MailTable = MailTable()
    mailbox: Annotated[tuple[Mailbox, ...], Field(min_length=1)]
    feedback: FeedbackTable = FeedbackTable()
    reviewer: tuple[Reviewer, ...] = ()
    directory: DirectoryTable = DirectoryTable()
    folders: Folders = Folders()
    forms: Forms = Forms()
    reading: ReadingTable = ReadingTable()
    desk: DeskTable = DeskTable()
    limits: Limits = Limits()
    monitor: Monitor = Monitor()
    policies: Annotated[dict[str, str], AfterValidator(known_policies)] = {}  #: named switches over those of the packs
    severities: Annotated[dict[str, Severity], AfterValidator(_codes)] = {}  #: by finding code, over those of the packs

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        addresses = [mailbox.address.lower() for mailbox in self.mailbox]
        if len(set(addresses)) < len(addresses):
            raise ValueError("two mailboxes have the same address; keep one [[mailbox]] for each")
        codes = [mailbox.case_code for mailbox in self.mailbox]
        if len(set(codes)) < len(codes):
            raise ValueError('two mailboxes would number their cases alike; give each its own code = "…"')
        roster = {reviewer.address.lower() for reviewer in self.reviewer}
        for mailbox in self.mailbox:
            for address in mailbox.reviewers:
                if self.reviewer and address.lower() not in roster:
                    raise ValueError(
                        f"mailbox {mailbox.address} names {address}, who is not in the roster; add a [[reviewer]]"
                    )
        for reviewer in self.reviewer:
            if reviewer.substitute and reviewer.substitute.lower() not in roster:
                raise ValueError(f"the substitute {reviewer.substitute} is not in the roster; add a [[reviewer]]")
        return self

    def office_of(self, mailbox: Mailbox) -> Office:
        """What the mailbox says of its office, over what is said for all."""
        if mailbox.office is None:
            return self.office
        return self.office.model_copy(update=mailbox.office.model_dump(exclude_unset=True))

    def mailbox_at(self, address: str) -> Mailbox | None:
        """The mailbox that this address delivers to."""
        key = address.lower()
        return next((box for box in self.mailbox if key in {box.address.lower(), *map(str.lower, box.aliases)}), None)

    @property
    def data_folder(self) -> Path:
        """Where the lock, the ledger and the caches lie."""
        return self.ledger.data


def load_settings(file: Path) -> Settings:
    """Raises ConfigurationError naming every fault with file, key and remedy."""
    # Tables that hold paths are validated even when left out: their defaults, too, start at the file's folder.
    return validate(Settings, {"ledger": {}, "reading": {}, **read_toml(file)}, file)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
