"""Mail that came back: how it is read, fetched and taken in."""
