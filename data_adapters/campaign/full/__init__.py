"""The full campaign: 49 categories of one round, with violations planted for every rule."""

from data_adapters.campaign.full.build import write_campaign
from data_adapters.campaign.full.plan import Plan

__all__ = ["Plan", "write_campaign"]
