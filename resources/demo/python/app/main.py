"""The application: routers, and one place where errors become answers."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.errors import ShopError
from app.routers import courier, customers, orders, products, reports

app = FastAPI(title="Kettle & Leaf")
app.include_router(customers.router)
app.include_router(products.router)
app.include_router(orders.router)
app.include_router(reports.router)
app.include_router(courier.router)


@app.exception_handler(ShopError)
def answer_shop_error(_: Request, error: ShopError) -> JSONResponse:
    return JSONResponse(status_code=error.status, content={"detail": str(error)})
