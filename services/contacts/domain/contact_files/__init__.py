"""Contacts that come in as a CSV: an old call log, or the nightly file of a phone system."""
