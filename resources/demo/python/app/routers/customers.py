"""Customers over HTTP."""

from __future__ import annotations

from typing import List

from fastapi import APIRouter, Depends, status

from app.models.customer import Customer
from app.routers.deps import customer_service
from app.schemas.customer import CustomerIn, CustomerOut
from app.services.customers import CustomerService

router = APIRouter(prefix="/api/customers", tags=["customers"])


@router.get("", response_model=List[CustomerOut])
def list_customers(service: CustomerService = Depends(customer_service)) -> List[Customer]:
    return service.list_all()


@router.get("/in/{city}", response_model=List[CustomerOut])
def customers_in_city(
    city: str, service: CustomerService = Depends(customer_service)
) -> List[Customer]:
    return service.in_city(city)


@router.get("/{customer_id}", response_model=CustomerOut)
def get_customer(
    customer_id: int, service: CustomerService = Depends(customer_service)
) -> Customer:
    return service.get(customer_id)


@router.post("", response_model=CustomerOut, status_code=status.HTTP_201_CREATED)
def register_customer(
    body: CustomerIn, service: CustomerService = Depends(customer_service)
) -> Customer:
    return service.register(body.name, body.email, body.city)
