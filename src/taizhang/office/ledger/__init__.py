"""The ledger of actions: append-only, hash-chained, guarded by the database itself."""

from taizhang.office.ledger.recording import record, record_read

__all__ = ["record", "record_read"]
