"""Deliveries: what a source sent as of a day, immutable, every value with its place in the file it came from."""

from taizhang.intake.delivery.lake import Lake, LakeBusyError, LakeWriteError
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, NoDeliveryError, deliveries_of, open_delivery
from taizhang.intake.delivery.schemas import SCHEMA_VERSION, table_schema

__all__ = [
    "SCHEMA_VERSION",
    "Delivery",
    "DeliveryRef",
    "Lake",
    "LakeBusyError",
    "LakeWriteError",
    "NoDeliveryError",
    "deliveries_of",
    "open_delivery",
    "table_schema",
]
