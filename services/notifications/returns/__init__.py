"""Reads mail that came back, of whatever mail system: pure, bounded, and never in a hurry to blame."""
