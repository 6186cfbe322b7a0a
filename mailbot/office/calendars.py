"""Which years' holidays are published, by the shipped files and the office's own?

One file a year. An office's file replaces the shipped one of its year, so that a notice, or a change of a running year
(2020-01-27), needs no new release.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mailbot.errors import ConfigurationError
from mailbot.examination.workdays import Calendar, PublishedYear
from mailbot.office.validation import load_model


def load_calendar(folder: Path | None = None) -> Calendar:
    """The shipped years with the office's own over them.

    Raises ConfigurationError that names every fault by file and key.
    """
    with as_file(files("mailbot.examination") / "calendars") as shipped:
        years = {year.year: year for year in _load_folder(shipped)}
    if folder is not None:
        years.update((year.year, year) for year in _load_folder(folder))
    return Calendar(tuple(years[year] for year in sorted(years)))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Holiday(_Part):
    name: str
    first: date
    last: date
    worked: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if not self.first <= self.last <= self.first + timedelta(days=15):
            raise ValueError(
                f"{self.name} runs from {self.first} to {self.last}; first and last are its first and last day off"
            )
        if wrong := [day for day in self.worked if day.weekday() < 5]:
            raise ValueError(f"{wrong[0]} is no Saturday or Sunday; worked lists the weekend days that are worked")
        return self

    @property
    def off(self) -> Iterable[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


class _YearFile(_Part):
    schema_version: Literal[1] = Field(alias="schema")
    year: int = Field(ge=2008, le=2200)
    source: str = Field(min_length=1)
    published: date
    holidays: tuple[_Holiday, ...] = Field(alias="holiday", min_length=1)

    @model_validator(mode="after")
    def _fits_its_year(self) -> Self:
        off = [day for holiday in self.holidays for day in holiday.off]
        worked = [day for holiday in self.holidays for day in holiday.worked]
        for day in (*off, *worked):
            if not date(self.year - 1, 12, 25) <= day <= date(self.year, 12, 31):
                raise ValueError(f"{day} does not belong to {self.year}; one file holds one year's notice")
        named = off + worked
        if twice := next((day for day in named if named.count(day) > 1), None):
            raise ValueError(f"{twice} is named twice; every day is either off or worked, once")
        if date(self.year, 1, 1) not in off:
            raise ValueError(f"1 January {self.year} is not off; copy the whole notice")
        return self


def _load_folder(folder: Path) -> list[PublishedYear]:
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: folders.calendars: no such folder; create it or leave the key out")
    found: dict[int, Path] = {}
    years, faults = [], []
    for file in sorted(folder.glob("*.toml")):
        try:
            year = load_model(_YearFile, file)
        except ConfigurationError as error:
            faults.append(str(error))
            continue
        if other := found.get(year.year):
            faults.append(f"{file}: year: {year.year} stands in {other.name} too; keep one file a year")
        found[year.year] = file
        years.append(_published(year))
    if faults:
        raise ConfigurationError("\n".join(faults))
    return years


def _published(year: _YearFile) -> PublishedYear:
    return PublishedYear(
        year=year.year,
        off=frozenset(day for holiday in year.holidays for day in holiday.off),
        worked=frozenset(day for holiday in year.holidays for day in holiday.worked),
        source=year.source,
        published=year.published,
    )
