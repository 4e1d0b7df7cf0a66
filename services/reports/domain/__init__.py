"""What is true of figures: how messages become counts, and who may see which."""
