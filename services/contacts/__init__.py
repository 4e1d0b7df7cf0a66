"""Families, and who talked with whom."""
