"""An order and its lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List


@dataclass(frozen=True)
class OrderLine:
    product_id: int
    product: str
    quantity: int
    unit_price_cents: int


@dataclass
class Order:
    id: int
    customer_id: int
    status: str
    placed_on: str
    lines: List[OrderLine] = field(default_factory=list)

    @property
    def total_cents(self) -> int:
        """What the customer pays."""
        return sum(line.quantity * line.unit_price_cents for line in self.lines)


@dataclass(frozen=True)
class MonthRevenue:
    month: str
    orders: int
    revenue_cents: int
