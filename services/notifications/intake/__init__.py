"""The two ways in which mail that came back reaches us: it is handed in, or fetched."""
