"""What customers look like over HTTP."""

from __future__ import annotations

from pydantic import BaseModel, Field


class CustomerIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(max_length=120)
    city: str = Field(min_length=1, max_length=80)


class CustomerOut(CustomerIn):
    id: int


class TopCustomer(BaseModel):
    customer_id: int
    name: str
    orders: int
    spent_cents: int
