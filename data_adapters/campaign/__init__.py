"""The synthetic campaign: an invented enforcement campaign over real geography, a source like any other.

Nothing here is real: not the enterprises, not the people, not the numbers. Every name says 模拟.
"""

from data_adapters.campaign.build import campaign_tables
from data_adapters.campaign.sizes import SIZES, Size
from data_adapters.campaign.source import CAMPAIGN

__all__ = ["CAMPAIGN", "SIZES", "Size", "campaign_tables"]
