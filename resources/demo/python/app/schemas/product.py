"""What teas look like over HTTP."""

from __future__ import annotations

from pydantic import BaseModel


class ProductOut(BaseModel):
    id: int
    name: str
    price_cents: int
    stock: int
