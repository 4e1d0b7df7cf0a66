"""The fault lab: the platform on wires that can be cut, and what proves that it loses nothing."""
