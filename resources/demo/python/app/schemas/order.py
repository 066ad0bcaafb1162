"""What orders look like over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Dict, List

from pydantic import BaseModel, Field


class OrderIn(BaseModel):
    customer_id: int
    wanted: Dict[int, int] = Field(description="how many of each product", min_length=1)
    placed_on: date


class OrderLineOut(BaseModel):
    product_id: int
    product: str
    quantity: int
    unit_price_cents: int


class OrderOut(BaseModel):
    id: int
    customer_id: int
    status: str
    placed_on: date
    lines: List[OrderLineOut]
    total_cents: int


class MonthRevenueOut(BaseModel):
    month: str
    orders: int
    revenue_cents: int


class ShipmentIn(BaseModel):
    tracking_code: str = Field(min_length=6, max_length=40)
    shipped_on: date
