"""The owner's reports over HTTP."""

from __future__ import annotations

from typing import List

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse

from app.models.customer import CustomerSpend
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
    service: ReportService = Depends(report_service),
) -> List[CustomerSpend]:
    return service.top_spenders(limit)
