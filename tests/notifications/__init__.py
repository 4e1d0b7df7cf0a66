"""Tests of notifications; they mirror the code."""
