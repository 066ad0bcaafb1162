"""Tests of the HTTP side; they need FastAPI and httpx."""
