"""What the shop says about its teas."""

from __future__ import annotations

from typing import List

from app.models.product import Product
from app.repositories.products import ProductRepository


class ProductService:
    def __init__(self, products: ProductRepository) -> None:
        self.products = products

    def page(self, limit: int, offset: int) -> List[Product]:
        return self.products.page(limit, offset)
