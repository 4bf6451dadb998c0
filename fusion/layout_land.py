"""The table of a snapshot that lists bare ground as the images show it, for its board."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import DATE, FLAG, TEXT, Column, Table

LAND_PATCHES = Table(
    "land_patches",
    "one row per patch of bare ground, as its latest image shows it",
    ("patch_id",),
    (
        Column("patch_id", TEXT, "patch"),
        Column("county_idx", pa.uint16(), "county; 65535: none known"),
        Column("city_idx", pa.uint16(), "city; 65535: none known"),
        Column("image_date", DATE, "day of the latest image"),
        Column("n_images", pa.uint16(), "images that show it"),
        Column("area_m2", pa.float32(), "area", "m2", nullable=True),
        Column("land_use", TEXT, "construction, demolition, mining, farmland or road", nullable=True),
        Column("is_covered", FLAG, "covered with nets or plants", nullable=True),
    ),
)
