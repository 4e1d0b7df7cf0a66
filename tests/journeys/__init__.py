"""Whole stories: every service a process of its own, on the real servers, by the front door."""
