"""What can be wrong with a rule pack, told to the person who wrote it."""

from typing import ClassVar

from taizhang.errors import UserError


class PackError(UserError):
    """A rule pack is refused; names the file, the rule, the line and what to do."""

    code: ClassVar[str] = "E-RULE-PACK"

    def __init__(
        self, message: str, *, file: str = "", line: int = 0, rule: str = "", why: str = "", hint: str = ""
    ) -> None:
        places = [file and f"文件 {file}", line and f"第 {line} 行", rule and f"规则 {rule}"]
        super().__init__(message, where="，".join(place for place in places if place), why=why, hint=hint)
        self.file, self.line, self.rule = file, line, rule


class RuleUnknown(UserError):
    """A rule was asked for that no loaded pack holds."""

    code: ClassVar[str] = "E-RULE-UNKNOWN"


class SubjectMissing(Exception):
    """A rule's SELECT found something and does not say about whom: the rule is not judged, as any that fails."""
