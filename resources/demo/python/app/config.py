"""Settings from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What may differ between the shop's counter and a laptop."""

    database_path: str
    low_stock: int


def load_settings() -> Settings:
    """Reads the environment once; every value has a default that suits a laptop."""
    return Settings(
        database_path=os.environ.get("ORDERS_DATABASE", "orders.db"),
        low_stock=int(os.environ.get("ORDERS_LOW_STOCK", "5")),
    )
