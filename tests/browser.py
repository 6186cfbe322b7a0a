"""How wide does a page become in a browser, and what would it fetch? Headless Chromium, where it is installed.

All pages at once, each in a frame of the asked width: one start of the browser for everything. Chinese is drawn with
the packaged font, so that a line is as long here as on a machine that has Chinese fonts.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from re import DOTALL, search

from mailbot.reviewers.charts import packaged_font

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=4000",
)  # fmt: skip
_FONTS = "<fontconfig><dir>/usr/share/fonts</dir><dir>{}</dir><cachedir>{}</cachedir></fontconfig>"
_MEASURE = """
addEventListener('load', () => {
  const told = {};
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument.documentElement, pane = frame.contentWindow;
    const wide = [...frame.contentDocument.querySelectorAll('body *')]
      .filter(one => one.getBoundingClientRect().right > pane.innerWidth + 0.5).map(one => one.tagName);
    told[frame.name] = {
      width: pane.innerWidth, needed: page.scrollWidth, height: page.scrollHeight, wide,
      fetched: pane.performance.getEntriesByType('resource').map(one => one.name)
        .filter(name => !name.startsWith('data:')),
    };
  }
  document.body.innerHTML = '';
  const out = document.createElement('pre');
  out.id = 'told';
  out.textContent = JSON.stringify(told);
  document.body.append(out);
});
"""


@dataclass(frozen=True)
class Look:
    """One page at one width."""

    width: int
    needed: int  #: as wide as its content is
    height: int
    wide: tuple[str, ...]  #: tags that reach beyond the right edge
    fetched: tuple[str, ...]


def chromium() -> str | None:
    """The program, if there is one."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def looks(pages: Mapping[str, str], widths: Sequence[int]) -> dict[tuple[str, int], Look]:
    """(page, width) → how it came out."""
    frames = "".join(
        f'<iframe name="{escape(name)}@{width}" style="width:{width}px;height:900px;border:0" '
        f'srcdoc="{escape(page)}"></iframe>'
        for name, page in pages.items()
        for width in widths
    )
    html = f'<!DOCTYPE html><meta charset="utf-8"><script>{_MEASURE}</script><body>{frames}</body>'
    with tempfile.TemporaryDirectory() as folder:
        told = _run(Path(folder), html, "--dump-dom").stdout
    found = search(r'<pre id="told">(.*?)</pre>', told, DOTALL)
    assert found, told[:500]
    looked = {}
    for key, one in json.loads(unescape(found[1])).items():
        name, _, width = key.rpartition("@")
        looked[name, int(width)] = Look(
            one["width"], one["needed"], one["height"], tuple(one["wide"]), tuple(one["fetched"])
        )
    return looked


def photograph(page: str, width: int, height: int, target: Path) -> None:
    """As a person would see it. The browser's own window is never narrower than 500: so the page stands in a frame."""
    frame = f'<iframe style="width:{width}px;height:{height}px;border:0" srcdoc="{escape(page)}"></iframe>'
    with tempfile.TemporaryDirectory() as folder:
        html = f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">{frame}</body>'
        _run(Path(folder), html, f"--screenshot={target}", f"--window-size={max(width, 500)},{height}")


def _run(folder: Path, html: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = chromium()
    assert program
    (folder / "pages.html").write_text(html, encoding="utf-8")
    (folder / "fonts.conf").write_text(_FONTS.format(packaged_font().parent, folder / "font-cache"), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    return subprocess.run(
        [program, *_FLAGS, profile, *arguments, (folder / "pages.html").as_uri()],
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
