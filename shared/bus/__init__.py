"""How messages travel: names, the RabbitMQ bus, and the bus of one process."""
