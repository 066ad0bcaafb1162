"""The owner's reports over HTTP."""

from __future__ import annotations

import sqlite3
from typing import List

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse

from app.db import get_db
from app.models.order import MonthRevenue
from app.routers.deps import report_service
from app.schemas.customer import TopCustomer
from app.schemas.order import MonthRevenueOut
from app.services.reports import ReportService

router = APIRouter(prefix="/api/reports", tags=["reports"])


@router.get("/revenue", response_model=List[MonthRevenueOut])
def revenue(
    months: int = Query(default=12, ge=1, le=60),
    service: ReportService = Depends(report_service),
) -> List[MonthRevenue]:
    return service.revenue(months)


@router.get("/receipts/{order_id}", response_class=PlainTextResponse)
def receipt(order_id: int, service: ReportService = Depends(report_service)) -> str:
    return service.receipt(order_id)


@router.get("/top-customers", response_model=List[TopCustomer])
def top_customers(
    limit: int = Query(default=5, ge=1, le=50),
    db: sqlite3.Connection = Depends(get_db),
) -> List[TopCustomer]:
    rows = db.execute(
        """
        SELECT customers.id AS customer_id, customers.name,
               COUNT(DISTINCT orders.id) AS orders,
               SUM(order_lines.quantity * order_lines.unit_price_cents) AS spent_cents
        FROM customers
        JOIN orders ON orders.customer_id = customers.id
        JOIN order_lines ON order_lines.order_id = orders.id
        WHERE orders.status <> 'cancelled'
        GROUP BY customers.id ORDER BY spent_cents DESC, customers.name LIMIT ?
        """,
        (limit,),
    ).fetchall()
    return [TopCustomer(**row) for row in rows]
