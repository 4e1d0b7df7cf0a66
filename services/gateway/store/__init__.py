"""What the gateway keeps: accounts, sessions, API clients, receipts of incoming messages."""

from services.gateway.store import accounts, clients, receipts, sessions, shares

KEPT = (*accounts.KEPT, *sessions.KEPT, *clients.KEPT, *receipts.KEPT, *shares.KEPT)
