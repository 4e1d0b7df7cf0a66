"""Reads mail that came back, of whatever mail system: pure, bounded, in no hurry to blame."""
