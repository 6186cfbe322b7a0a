"""What may stand in a log line? Constant sentences, named fields, and no personal number, tracebacks included."""

import json
import logging
import sys
from datetime import UTC, datetime
from logging import Formatter, LogRecord, StreamHandler

from parsers.masking import mask

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLine(Formatter):
    """One JSON object a line; every text in it is masked, so nothing slips past in a traceback."""

    def format(self, record: LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "leg": record.name.removeprefix("mailbot."),
            "what": mask(record.getMessage()),
            **{key: _plain(value) for key, value in fields.items()},
        }
        if record.exc_info:
            line["trace"] = mask(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = mask(record.stack_info)
        return json.dumps(line, ensure_ascii=False)


def _plain(value: object) -> object:
    """JSON's own types. A whole number may be a person's; a fraction with many digits is none."""
    if value is None or isinstance(value, bool | float):
        return value
    text = mask(str(value))
    return value if isinstance(value, int) and text == str(value) else text


def start_logging(level: str = "INFO") -> None:
    """To stderr, where systemd's journal takes it."""
    handler = StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("apscheduler", "pdfminer", "PIL", "alembic", "RapidOCR", "imapclient", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
