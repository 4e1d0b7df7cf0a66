"""Notifications: what families are told, how, and whether it arrived."""
