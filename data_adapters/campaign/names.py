"""Invented names and codes. None can belong to a real enterprise.

Names   carry 示例/样例/虚构第N号 and （模拟）
Codes   right in form and check digit (GB 32100), but registered in division 990000, which does not exist
"""

from __future__ import annotations

from data_adapters.campaign.randomness import Ints, Texts

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
NO_SUCH_DIVISION = "91990000"
PATTERNS = ("示例第{n}", "样例第{n}", "虚构第{n}", "示例第{n}", "模拟第{n}")
TAILS = ("有限公司（模拟）", "有限责任公司（模拟）", "股份有限公司（模拟）", "厂（模拟）", "集团有限公司（模拟）")
HOSTILE_NAMES = (
    "<img src=x onerror=alert(1)>模拟化工有限公司",
    "\"双引号\" 'quote' & <b>模拟</b>涂装厂",
    "=cmd|' /C calc'!A0 模拟机械有限公司",
    "'; DROP TABLE enterprises; -- 模拟建材厂",
    "模拟" + "超长名称" * 40 + "有限公司",
    "</script><script>alert(2)</script>模拟印务",
    "+1+1 @SUM(A1) 模拟\u202e铸造\u202c有限公司",
    "{{7*7}} ${7*7} %s 模拟家具厂 🏭",
)


def credit_code(serial: int) -> str:
    """The unified social credit code number `serial` of division 990000."""
    body = f"{serial:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, BODY_WEIGHTS, strict=True)) % 11
    code = NO_SUCH_DIVISION + body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(code, WEIGHTS, strict=True))
    return code + ALPHABET[(31 - total % 31) % 31]


def enterprise_names(city_short: Texts, stem: Texts, draws: Ints) -> list[str]:
    """Names as 石家庄示例第12钢铁有限公司（模拟）, no two alike: numbers run within city and stem."""
    seen: dict[tuple[str, str], int] = {}
    names = []
    for city, word, draw in zip(city_short.tolist(), stem.tolist(), draws.tolist(), strict=True):
        seen[city, word] = number = seen.get((city, word), 0) + 1
        pattern = PATTERNS[draw % len(PATTERNS)].format(n=number)
        names.append(f"{city}{pattern}{word}{TAILS[draw // len(PATTERNS) % len(TAILS)]}")
    return names
