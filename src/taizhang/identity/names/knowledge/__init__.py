"""The packaged tables about characters, and the one object that holds them in memory."""

from taizhang.identity.names.knowledge.tables import NameKnowledge, knowledge

__all__ = ["NameKnowledge", "knowledge"]
