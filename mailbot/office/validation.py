"""What is wrong in a TOML file, where, and what would be right?

pydantic finds the faults; this file turns each into one English sentence with file, key and remedy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailbot.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file that a person wrote."""

    file: Path
    key: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.wrong}; {self.remedy}"


def load_model(model: type[Model], file: Path) -> Model:
    """The file as one validated value.

    Raises ConfigurationError that names every fault of the file at once.
    """
    return validate(model, read_toml(file), file)


def read_toml(file: Path) -> dict[str, Any]:
    """Raises ConfigurationError for a missing file, a wrong encoding or a wrong syntax (with its line)."""
    try:
        return loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{file}: no such file; copy config.example.toml and adapt it") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: {error}; see https://toml.io for the syntax") from error
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}; check the path and its permissions") from error


def validate(model: type[Model], values: Mapping[str, Any], file: Path) -> Model:
    """Relative paths in the values start at the file's folder (the context's "root")."""
    try:
        return model.model_validate(values, context={"root": file.resolve().parent})
    except ValidationError as error:
        raise ConfigurationError("\n".join(str(fault) for fault in faults(error, model, file))) from error


def faults(error: ValidationError, model: type[BaseModel], file: Path) -> Iterator[Fault]:
    for detail in error.errors():
        key = dotted(detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield Fault(file, key, "unknown key", _known_keys(model, detail["loc"]))
            case "missing":
                yield Fault(file, key, "missing", "add it; config.example.toml shows how")
            case "literal_error" | "enum":
                yield Fault(file, key, f"{detail['input']!r} is not allowed", f"use {detail['ctx']['expected']}")
            case "value_error" | "assertion_error":
                wrong, _, remedy = str(detail["ctx"]["error"]).partition("; ")
                yield Fault(file, key or "whole file", wrong, remedy or "correct it")
            case kind:
                wanted = _WANTED.get(kind, detail["msg"].removeprefix("Input should be ").lower())
                yield Fault(file, key, f"{_shown(detail['input'])} is wrong", f"use {wanted}")


_WANTED = {
    "string_type": 'a text in quotes ("…")',
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": 'a list (["…"])',
    "tuple_type": 'a list (["…"])',
    "dict_type": "a table ([…])",
    "model_type": "a table ([…])",
    "date_type": "a date (2026-01-31)",
    "date_from_datetime_parsing": "a date (2026-01-31)",
    "path_type": "a path in quotes",
    "time_type": "a time of day (08:30:00)",
}


def dotted(location: tuple[str | int, ...]) -> str:
    """('mailbox', 1, 'address') → "mailbox[2].address": people count from one."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _shown(value: object) -> str:
    """A secret may stand under a wrong key, so values are only named by their type unless harmless."""
    return repr(value) if isinstance(value, bool | int | float) else f"a {type(value).__name__}"


def _known_keys(model: type[BaseModel], location: tuple[str | int, ...]) -> str:
    table = _table_at(model, location[:-1])
    names = sorted(field.alias or name for name, field in table.model_fields.items())
    wrong = str(location[-1])
    if wrong == "password":
        return "a password never stands in this file: use password_env, password_file or password_credential"
    if close := get_close_matches(wrong, names, n=1):
        return f"did you mean {close[0]!r}?"
    return f"known here: {', '.join(names)}"


def _table_at(model: type[BaseModel], location: tuple[str | int, ...]) -> type[BaseModel]:
    for part in location:
        if isinstance(part, int):
            continue
        field = next((field for name, field in model.model_fields.items() if part in (name, field.alias)), None)
        inner = _inner_model(field.annotation) if field else None
        if inner is None:
            return model
        model = inner
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_inner_model, getattr(annotation, "__args__", ()))), None)
