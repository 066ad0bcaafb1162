"""Orders over HTTP."""

from __future__ import annotations

from typing import List

from fastapi import APIRouter, Depends, Query, status

from app.models.order import Order
from app.routers.deps import order_service
from app.schemas.order import OrderIn, OrderOut
from app.services.orders import OrderService

router = APIRouter(prefix="/api/orders", tags=["orders"])


@router.get("", response_model=List[OrderOut])
def list_orders(
    customer_id: int,
    limit: int = Query(default=20, ge=1, le=100),
    service: OrderService = Depends(order_service),
) -> List[Order]:
    return service.of_customer(customer_id, limit)


@router.get("/{order_id}", response_model=OrderOut)
def get_order(order_id: int, service: OrderService = Depends(order_service)) -> Order:
    return service.get(order_id)


@router.post("", response_model=OrderOut, status_code=status.HTTP_201_CREATED)
def place_order(body: OrderIn, service: OrderService = Depends(order_service)) -> Order:
    return service.place(body.customer_id, body.wanted, body.placed_on.isoformat())
