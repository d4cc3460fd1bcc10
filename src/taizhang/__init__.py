"""Taizhang (台账) keeps a county's people ledgers true."""

__version__ = "0.1.0"
