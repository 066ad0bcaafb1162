"""The owner's reports."""

from __future__ import annotations

import logging
from typing import List

from app.errors import InvalidInput, NotFound
from app.models.order import MonthRevenue
from app.repositories.customers import CustomerRepository
from app.repositories.orders import OrderRepository
from app.repositories.reports import ReportRepository

logger = logging.getLogger(__name__)


class ReportService:
    def __init__(
        self,
        reports: ReportRepository,
        orders: OrderRepository,
        customers: CustomerRepository,
    ) -> None:
        self.reports = reports
        self.orders = orders
        self.customers = customers

    def revenue(self, months: int) -> List[MonthRevenue]:
        if months < 1:
            raise InvalidInput("a report needs at least one month")
        return self.reports.revenue_by_month(months)

    def receipt(self, order_id: int) -> str:
        """The slip that goes into the parcel."""
        order = self.orders.get(order_id)
        if order is None:
            raise NotFound(f"order {order_id}")
        order.lines = self.orders.lines(order_id)
        customer = self.customers.get(order.customer_id)
        name = customer.name if customer else "a friend of the house"
        slip = [f"Kettle & Leaf, order {order.id} for {name}"]
        slip += [f"{line.quantity:>3} x {line.product}" for line in order.lines]
        slip.append(f"total {order.total_cents / 100:.2f}")
        logger.info("printed the receipt of order %s", order.id)
        return "\n".join(slip)
