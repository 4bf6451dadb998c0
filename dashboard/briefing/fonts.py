"""A Chinese font for what is printed: the machine's own, or a folder that is named."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import typst

FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC", "SimHei", "Droid Sans Fallback",
)  # fmt: skip

SONGTI = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC", "SimSun", "NSimSun",
    "Songti SC", "STSong", "FangSong", "AR PL UMing CN", "AR PL SungtiL GB",
)  # fmt: skip


class NoFont(Exception):
    """There is no font with Chinese signs; the message says how to come by one."""


@cache
def fonts(folder: Path | None) -> typst.Fonts:
    """The fonts of the machine, and those of `folder` before them."""
    return typst.Fonts(
        include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(folder)] if folder else []
    )


@cache
def chinese_family(folder: Path | None) -> str:
    """The first of the known families that is there.

    Raises  NoFont
    """
    there = set(fonts(folder).families())
    found = next((family for family in FAMILIES if family in there), None)
    if found is None:
        raise NoFont(
            "no font with Chinese signs was found, so nothing can be printed; install one "
            "(Debian: apt-get install fonts-noto-cjk), or name a folder with one in LOOKOUT_FONTS"
        )
    return found


@cache
def song_family(folder: Path | None) -> str:
    """The first of the Songti families that is there, for running text; else the family of headings.

    Raises  NoFont
    """
    there = set(fonts(folder).families())
    return next((family for family in SONGTI if family in there), None) or chinese_family(folder)
