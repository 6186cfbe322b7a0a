"""Is the OCR engine that the configuration names there, and which version of it reads?"""

import importlib.metadata
from typing import Final, Literal

from mailbot.errors import ConfigurationError

EngineName = Literal["rapid", "tesseract", "openvino"]

_NO_OPENVINO: Final = (
    'reading.engine "openvino": the package openvino is not installed; install it (pip install openvino), '
    'or set engine = "rapid"'
)
_NO_TESSERACT: Final = (
    "tesseract with Simplified Chinese is not installed ({error}); install the packages tesseract-ocr and "
    'tesseract-ocr-chi-sim, or set reading.engine = "rapid"'
)


def engine_version(name: EngineName) -> str:
    """Raises ConfigurationError for one that is not there: without it every page would only be called illegible.

    The models of rapidocr come inside its package, so that its version names them too.
    """
    if name == "tesseract":
        from parsers.files.tesseract import TesseractMissing, tesseract_version

        try:
            return tesseract_version()
        except TesseractMissing as error:
            raise ConfigurationError(_NO_TESSERACT.format(error=error)) from error
    runtime = "openvino" if name == "openvino" else "onnxruntime"
    try:
        return f"rapidocr-{importlib.metadata.version('rapidocr')}/{runtime}-{importlib.metadata.version(runtime)}"
    except importlib.metadata.PackageNotFoundError as error:
        raise ConfigurationError(_NO_OPENVINO) from error
