"""Teas over HTTP."""

from __future__ import annotations

from typing import List

from fastapi import APIRouter, Depends, Query

from app.models.product import Product
from app.routers.deps import product_service
from app.schemas.product import ProductOut
from app.services.products import ProductService

router = APIRouter(prefix="/api/products", tags=["products"])


@router.get("", response_model=List[ProductOut])
def list_products(
    limit: int = Query(default=20, ge=1, le=100),
    offset: int = Query(default=0, ge=0),
    service: ProductService = Depends(product_service),
) -> List[Product]:
    return service.page(limit, offset)
