"""Puts services together for one request."""

from __future__ import annotations

import sqlite3

from fastapi import Depends

from app.db import get_db
from app.repositories.customers import CustomerRepository
from app.repositories.orders import OrderRepository
from app.repositories.products import ProductRepository
from app.repositories.reports import ReportRepository
from app.services.customers import CustomerService
from app.services.orders import OrderService
from app.services.products import ProductService
from app.services.reports import ReportService


def customer_service(db: sqlite3.Connection = Depends(get_db)) -> CustomerService:
    return CustomerService(CustomerRepository(db))


def product_service(db: sqlite3.Connection = Depends(get_db)) -> ProductService:
    return ProductService(ProductRepository(db))


def order_service(db: sqlite3.Connection = Depends(get_db)) -> OrderService:
    return OrderService(OrderRepository(db), ProductRepository(db))


def report_service(db: sqlite3.Connection = Depends(get_db)) -> ReportService:
    return ReportService(ReportRepository(db), OrderRepository(db), CustomerRepository(db))
