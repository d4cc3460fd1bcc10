"""The messages of many rules as one expression: texts come from a table by the number of the rule, values from columns.

One branch a rule, each a concatenation of its own, costs an engine more than finding the hits: it makes room for every
part of every branch.
"""

from collections.abc import Sequence
from itertools import zip_longest

import pyarrow as pa

from taizhang.sweep.rules.messages import Piece


class Wordings:
    """Collects messages by the number of their rule and language.

    table: one row a rule, with its texts and, as numbers, the values between them. sql: what renders a language's
    message for a row joined to that table.
    """

    def __init__(self) -> None:
        self._messages: dict[int, dict[str, Sequence[Piece]]] = {}
        self._values: dict[str, int] = {}

    def add(self, number: int, language: str, message: Sequence[Piece]) -> None:
        """A message whose values are SQL over the rows that are joined to the table."""
        self._messages.setdefault(number, {})[language] = message
        for piece in message[:-1]:
            self._values.setdefault(piece.sql, len(self._values))

    def table(self) -> pa.Table:
        """Columns: number, and for each language and place `<language>_text_<place>` and `<language>_value_<place>`."""
        columns: dict[str, pa.Array] = {"number": pa.array(list(self._messages), pa.int64())}
        for language in self._languages():
            for place, column in enumerate(self._places(language)):
                columns[f"{language}_text_{place}"] = pa.array(["" if one is None else one.before for one in column])
                numbers = [None if one is None else self._values.get(one.sql) for one in column]
                columns[f"{language}_value_{place}"] = pa.array(numbers, pa.int64())
        return pa.table(columns)

    def sql(self, language: str, table: str) -> str:
        """The message of a row, the table being joined under the name `table`."""
        parts = []
        for place, column in enumerate(self._places(language)):
            parts.append(f"{table}.{language}_text_{place}")
            said = {one.sql: self._values[one.sql] for one in column if one is not None and one.sql}
            if said:
                branches = " ".join(f"WHEN {number} THEN {sql}" for sql, number in said.items())
                parts.append(f"CASE {table}.{language}_value_{place} {branches} ELSE '' END")
        return " || ".join(parts)

    def _languages(self) -> list[str]:
        return list(next(iter(self._messages.values()), {}))

    def _places(self, language: str) -> list[tuple[Piece | None, ...]]:
        """By place in the message: the piece that each rule has there, None where its message is shorter."""
        return list(zip_longest(*(messages[language] for messages in self._messages.values())))
