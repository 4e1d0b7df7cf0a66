"""What is true of notices and deliveries: models and rules, no I/O."""
