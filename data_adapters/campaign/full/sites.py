"""Stations of all networks, and where the planted ones stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.full.cases import KINDS
from data_adapters.campaign.full.columns import joined, named
from data_adapters.campaign.full.hot_places import shifted
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, Texts, stream

CLUSTER = 10  # micro-stations around one park
CLUSTER_KM = 1.6
BUBBLES, SPIKES = 0, 3  # the first cluster of R34 and of R35; a turn takes PLANTED_CLUSTERS of them
PLANTED_CLUSTERS = 6
SPIKE_KM = 1.5
BESIDE_KM = (0.45, 0.35)  # where the second station of the bubble stands, east and north of the first
NEIGHBOURS = 3  # township stations around each national station of R36
NETWORKS = (
    ("national", "B01", "N"),
    ("provincial", "B02", "P"),
    ("township", "B03", "T"),
    ("component", "C01", "K"),
    ("voc", "C02", "V"),
    ("micro", "D01", "M"),
    ("weather", "K01", "W"),
)


@dataclass(frozen=True)
class Network:
    """Stations of one kind."""

    kind: str
    id: Texts
    lon: Floats
    lat: Floats
    cell: Ints

    def __len__(self) -> int:
        """Number of stations."""
        return len(self.id)


def mean_wind(world: World, lon: float, lat: float, hours: Ints) -> tuple[float, float]:
    """Unit vector of the mean wind over hours, eastward and northward."""
    return world.weather.mean_way(lon, lat, hours)


def night_hours() -> Ints:
    """Hours from 22:00 to 06:00."""
    hour = np.arange(HOURS)
    return hour[(hour % 24 >= 22) | (hour % 24 < 6)]


def make_networks(world: World) -> dict[str, Network]:
    """All networks by kind."""
    networks: dict[str, Network] = {}
    for kind, code, letter in NETWORKS:
        n = world.plan.objects(code)
        lon, lat = _micro(world, n) if kind == "micro" else _scattered(world, kind, n)
        _near_nationals(world, networks, kind, (lon, lat))
        lon, lat = np.round(lon, 6), np.round(lat, 6)
        ids = np.array([f"{letter}{index:06d}" for index in range(n)], dtype=np.str_)
        networks[kind] = Network(kind, ids, lon, lat, world.terrain.nearest(lon, lat))
    return networks


def _scattered(world: World, kind: str, n: int) -> tuple[Floats, Floats]:
    rng = stream(world.plan.seed, f"sites-{kind}")
    home = np.flatnonzero(world.terrain.is_home)
    cell = home[rng.integers(0, len(home), n)]
    return shifted(world.terrain.lon[cell], world.terrain.lat[cell], *rng.uniform(-1.2, 1.2, (2, n)))


def _near_nationals(world: World, networks: dict[str, Network], kind: str, place: tuple[Floats, Floats]) -> None:
    """Township stations around the national stations of R36, a weather station at each of its look-alikes."""
    lon, lat = place
    if kind == "township":
        national = networks["national"]
        for index in range(min(NEIGHBOURS * len(KINDS) * world.plan.turns, len(lon))):
            at, turn = index // NEIGHBOURS % len(national), 2.1 * (index % NEIGHBOURS)
            moved = shifted(national.lon[at], national.lat[at], 4 * np.cos(turn), 4 * np.sin(turn))
            lon[index], lat[index] = float(moved[0]), float(moved[1])
    if kind == "weather":
        for turn in range(min(world.plan.turns, len(lon))):
            at = min(len(KINDS) * turn + 2, len(networks["national"]) - 1)
            lon[turn], lat[turn] = networks["national"].lon[at], networks["national"].lat[at]


def planted_cluster(first: int, turn: int, kind: str) -> int:
    """The cluster of a case of R34 (`first` is BUBBLES) or R35 (SPIKES)."""
    return PLANTED_CLUSTERS * turn + first + KINDS.index(kind)


def _micro(world: World, n: int) -> tuple[Floats, Floats]:
    """Clusters of ten around enterprises; the first station of a planted cluster is the planted one."""
    rng = stream(world.plan.seed, "sites-micro")
    enterprises = world.enterprises
    clusters = -(-n // CLUSTER)
    first = world.cast.enterprises
    centre = first + rng.permutation(len(enterprises) - first)[:clusters]
    centre = np.resize(centre, clusters)
    lon, lat = enterprises.lon[centre].copy(), enterprises.lat[centre].copy()
    for slot in world.cast.all("R35"):
        cluster = planted_cluster(SPIKES, slot.turn, slot.kind)
        if cluster < clusters:
            at = slot.enterprise
            east, north = mean_wind(world, enterprises.lon[at], enterprises.lat[at], night_hours())
            moved = shifted(enterprises.lon[at], enterprises.lat[at], SPIKE_KM * east, SPIKE_KM * north)
            lon[cluster], lat[cluster] = float(moved[0]), float(moved[1])
    offset = rng.uniform(-CLUSTER_KM, CLUSTER_KM, (2, clusters * CLUSTER))
    offset[:, ::CLUSTER] = 0.0
    for turn in range(world.plan.turns):
        second = planted_cluster(BUBBLES, turn, "positive") * CLUSTER + 1
        offset[:, second : second + 1] = np.array([BESIDE_KM]).T
    spread = shifted(np.repeat(lon, CLUSTER), np.repeat(lat, CLUSTER), offset[0], offset[1])
    return spread[0][:n], spread[1][:n]


def write_sites(world: World, sink: Sink, networks: dict[str, Network]) -> None:
    """The register of stations."""
    kinds = [network.kind for network in networks.values()]
    kind = np.repeat(np.arange(len(kinds)), [len(network) for network in networks.values()])
    cell = np.concatenate([network.cell for network in networks.values()])
    ids = np.concatenate([network.id for network in networks.values()])
    sink.register(
        "sites",
        {
            "site_id": ids,
            "kind": named(kinds, kind),
            "name": joined("模拟站 ", named(ids, np.arange(len(ids)))),
            "lon_deg": np.concatenate([network.lon for network in networks.values()]),
            "lat_deg": np.concatenate([network.lat for network in networks.values()]),
            "city_adcode": named(world.places.city_code, world.terrain.city[cell]),
            "county_adcode": named(world.places.county_code, world.terrain.county[cell]),
        },
    )
