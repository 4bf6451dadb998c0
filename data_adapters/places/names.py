"""English names of China's divisions: provinces from a table, the rest romanised by rule.

Hanyu pinyin written as one word with its kind after it (石家庄市 Shijiazhuang, 丰台区 Fengtai District), names
with a customary spelling from a table (呼和浩特 Hohhot), and the cities that would be called alike with their province
(苏州市 Suzhou (Jiangsu), 宿州市 Suzhou (Anhui)). The peoples in a name are left out: 石柱土家族自治县 is
Shizhu Autonomous County.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from pypinyin import lazy_pinyin

REFERENCE = Path(__file__).parent.parent / "reference"

# Longest first: the first that fits decides.
KINDS = (
    ("特别行政区", ""),
    ("行政委员会", "Administrative Committee"),
    ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"),
    ("自治旗", "Autonomous Banner"),
    ("联合旗", "United Banner"),
    ("矿区", "Mining District"),
    ("新区", "New Area"),
    ("特区", "Special District"),
    ("地区", "Prefecture"),
    ("区", "District"),
    ("县", "County"),
    ("旗", "Banner"),
    ("盟", "League"),
    ("市", ""),
    ("省", ""),
)
ETHNIC_KINDS = ("自治州", "自治县", "自治旗", "区")
PEOPLES = (
    "维吾尔 柯尔克孜 鄂伦春 鄂温克 达斡尔 哈萨克 塔吉克 乌孜别克 俄罗斯 蒙古 锡伯 布依 朝鲜 土家 哈尼 傈僳 拉祜 东乡 "
    "纳西 景颇 仫佬 布朗 撒拉 毛南 仡佬 阿昌 普米 德昂 保安 裕固 独龙 基诺 "
    "各 回 藏 苗 彝 壮 满 侗 瑶 白 傣 黎 佤 畲 水 土 羌 怒"
).split()
# Peoples that a name may carry without 族, as 巴音郭楞蒙古自治州.
SHORT_PEOPLES = {name for name in PEOPLES if len(name) > 1}


@cache
def _table(name: str) -> dict[str, str]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return {row["name_zh"]: row["name_en"] for row in csv.DictReader(file)}


def provinces() -> dict[str, str]:
    """English names of the 34 provinces by full Chinese name."""
    return _table("provinces.csv")


def _without_peoples(stem: str, kind: str) -> str:
    rest = stem
    while rest:
        endings = [name + "族" for name in PEOPLES] + ([] if kind == "区" else sorted(SHORT_PEOPLES))
        ending = next((text for text in endings if rest.endswith(text)), None)
        if ending is None:
            return rest
        rest = rest[: -len(ending)]
    return stem


def romanise(text: str) -> str:
    """Pinyin as one capitalised word, with the apostrophe it needs: 西安 gives Xi'an."""
    word = ""
    for syllable in lazy_pinyin(text):
        plain = syllable.replace("ü", "u").replace("v", "u")
        word += "'" + plain if word and plain[:1] in "aoe" else plain
    return word[:1].upper() + word[1:]


@cache
def english_name(name_zh: str) -> str:
    """The English name of a province, city or county."""
    known = provinces().get(name_zh) or _table("place_names.csv").get(name_zh)
    if known:
        return known
    kind_zh, kind_en = next(((zh, en) for zh, en in KINDS if name_zh.endswith(zh) and name_zh != zh), ("", ""))
    stem = name_zh[: len(name_zh) - len(kind_zh)]
    if len(stem) == 1 and kind_zh in ("区", "市"):
        return f"{romanise(name_zh)} {kind_en}".strip()
    if kind_zh in ETHNIC_KINDS:
        stem = _without_peoples(stem, kind_zh)
    name = _table("place_names.csv").get(stem) or romanise(stem)
    return f"{name} {kind_en}".strip()
