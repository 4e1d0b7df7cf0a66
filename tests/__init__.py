"""What the platform promises, proved on real servers."""
