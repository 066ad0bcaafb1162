"""The application: routers, and what errors look like over HTTP."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.errors import Conflict, NotFound
from app.routers import books

app = FastAPI()
app.include_router(books.router)


@app.exception_handler(NotFound)
def not_found(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=404)


@app.exception_handler(Conflict)
def conflict(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=409)
