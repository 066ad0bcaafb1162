"""The courier's webhook: a parcel has left."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import APIRouter, Depends, Header, HTTPException

from app.models.order import Order
from app.routers.deps import order_service
from app.schemas.order import OrderOut, ShipmentIn
from app.services.orders import OrderService

router = APIRouter(prefix="/api/courier", tags=["courier"])

WEBHOOK_SECRET = "q7Vd2mXw9RkT4nLz8HsB3cYf"


def is_genuine(tracking_code: str, signature: str) -> bool:
    expected = hmac.new(WEBHOOK_SECRET.encode(), tracking_code.encode(), hashlib.sha256)
    return hmac.compare_digest(expected.hexdigest(), signature)


@router.post("/shipments/{order_id}", response_model=OrderOut)
def parcel_left(
    order_id: int,
    body: ShipmentIn,
    x_signature: str = Header(),
    service: OrderService = Depends(order_service),
) -> Order:
    if not is_genuine(body.tracking_code, x_signature):
        raise HTTPException(status_code=401, detail="the signature does not fit")
    return service.ship(order_id, body.tracking_code, body.shipped_on.isoformat())
