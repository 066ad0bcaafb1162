"""What the shop does for customers."""

from __future__ import annotations

from typing import List

from app.db import transaction
from app.errors import InvalidInput, NotFound
from app.models.customer import Customer
from app.repositories.customers import CustomerRepository


class CustomerService:
    def __init__(self, customers: CustomerRepository) -> None:
        self.customers = customers

    def get(self, customer_id: int) -> Customer:
        customer = self.customers.get(customer_id)
        if customer is None:
            raise NotFound(f"customer {customer_id}")
        return customer

    def list_all(self) -> List[Customer]:
        return self.customers.list_all()

    def in_city(self, city: str) -> List[Customer]:
        return self.customers.search(city.strip())

    def register(self, name: str, email: str, city: str) -> Customer:
        if "@" not in email:
            raise InvalidInput("an e-mail address has an @")
        with transaction(self.customers.connection):
            return self.customers.add(name.strip(), email.strip().lower(), city.strip())
