"""Someone who drinks tea."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Customer:
    id: int
    name: str
    email: str
    city: str


@dataclass(frozen=True)
class CustomerSpend:
    """What one customer has spent, over all orders that were not cancelled."""

    customer_id: int
    name: str
    orders: int
    spent_cents: int
