"""The services: each stands alone and tells the others by messages only."""
