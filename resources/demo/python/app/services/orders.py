"""Placing, reading and shipping orders."""

from __future__ import annotations

from typing import Dict, List

from app.db import transaction
from app.errors import Conflict, InvalidInput, NotFound
from app.models.order import Order
from app.repositories.orders import OrderRepository
from app.repositories.products import ProductRepository


class OrderService:
    def __init__(self, orders: OrderRepository, products: ProductRepository) -> None:
        self.orders = orders
        self.products = products

    def get(self, order_id: int) -> Order:
        order = self.orders.get(order_id)
        if order is None:
            raise NotFound(f"order {order_id}")
        order.lines = self.orders.lines(order.id)
        return order

    def of_customer(self, customer_id: int, limit: int) -> List[Order]:
        orders = self.orders.of_customer(customer_id, limit)
        for order in orders:
            order.lines = self.orders.lines(order.id)
        return orders

    def place(self, customer_id: int, wanted: Dict[int, int], placed_on: str) -> Order:
        """Takes the teas from the shelf and writes the order, together or not at all."""
        if not wanted:
            raise InvalidInput("an order needs at least one tea")
        with transaction(self.orders.connection):
            order_id = self.orders.add(customer_id, placed_on)
            for product_id, quantity in wanted.items():
                product = self.products.get(product_id)
                if product is None:
                    raise NotFound(f"product {product_id}")
                if not self.products.take(product_id, quantity):
                    raise Conflict(f"only {product.stock} of {product.name} left")
                self.orders.add_line(order_id, product_id, quantity, product.price_cents)
        return self.get(order_id)

    def ship(self, order_id: int, tracking_code: str, shipped_on: str) -> Order:
        order = self.get(order_id)
        if order.status != "open":
            raise Conflict(f"order {order_id} is {order.status}")
        with transaction(self.orders.connection):
            self.orders.ship(order_id, tracking_code, shipped_on)
        return self.get(order_id)
