"""Names of enterprises, all with 模拟, made column by column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data_adapters.campaign import invented
from data_adapters.campaign.full.columns import joined, named, numbered
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Ints

REFERENCE_NAME = "肥东模拟热电有限公司（模拟）"
TAIL = "有限公司（模拟）"


def enterprise_names(world: World, who: Ints) -> pa.Array:
    """Names as 石家庄模拟第12钢铁有限公司（模拟）; the number is that of the register, so no two are alike."""
    stems = np.array([stem.split("|")[0] for stem in invented.columns("industries")["stems"]])
    short = np.char.rstrip(world.places.city_name, "市")
    number = numbered("模拟第", who + 1, 1)
    industry = named(stems, world.enterprises.industry[who])
    plain = joined(named(short, world.enterprises.city[who]), number, industry, TAIL)
    texts = plain.to_pylist() if len(plain) and who[0] == 0 else None
    if texts is None:
        return plain
    texts[0] = REFERENCE_NAME
    return pa.array(texts)
