"""What Partners costs, side by side with what one would otherwise write."""
