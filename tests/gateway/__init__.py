"""The gateway: who you are, and what comes in from other systems."""
