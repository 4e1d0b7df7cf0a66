"""The front door: who you are, and where messages of other systems come in."""
