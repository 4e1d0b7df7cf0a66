"""Tests of contacts: rosters, families, and who talked with whom."""
