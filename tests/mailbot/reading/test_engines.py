"""An OCR engine that is not installed is said at the start, with what to install; readings are kept by its version."""

import importlib.metadata

import pytest

from mailbot.errors import ConfigurationError
from mailbot.reading.engines import engine_version
from mailbot.reading.terms import Terms
from parsers.files import tesseract


def test_the_default_engine_is_named_by_package_and_runtime():
    assert engine_version("rapid").split("/")[0] == f"rapidocr-{importlib.metadata.version('rapidocr')}"
    assert "onnxruntime-" in engine_version("rapid")


def test_openvino_without_its_package_is_refused_with_the_remedy(monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "openvino":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(ConfigurationError, match="pip install openvino"):
        engine_version("openvino")


@pytest.mark.parametrize(
    "languages",
    [pytest.param(OSError("tesseract: not found"), id="no program"), pytest.param(["eng", "osd"], id="no Chinese")],
)
def test_tesseract_without_program_or_chinese_is_refused_with_the_remedy(monkeypatch, languages):
    def known():
        if isinstance(languages, Exception):
            raise languages
        return languages

    monkeypatch.setattr(tesseract.pytesseract, "get_languages", known)
    with pytest.raises(ConfigurationError, match="tesseract-ocr-chi-sim"):
        Terms("tesseract").versions()


def test_another_engine_or_version_reads_anew(monkeypatch):
    real, newer = importlib.metadata.version, {"onnxruntime": "99.0", "openvino": "99.0"}
    before = Terms("rapid").versions()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: newer.get(name) or real(name))
    assert len({before, Terms("rapid").versions(), Terms("openvino").versions()}) == 3
