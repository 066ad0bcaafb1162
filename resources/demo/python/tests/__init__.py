"""Tests that need only the standard library."""
