"""Many rows at once, in the way each database takes them fastest: one prepared statement in SQLite, COPY in PostgreSQL.

The framework's own bulk_create makes an object a row, asks every field of it about every value, and prepares a statement
for every thousand values: at a county's 300,000 persons that takes several times as long as the writing itself.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import DateField, Field, JSONField, Model

Row = Sequence[Any]
_TOLD = (JSONField, DateField)
"""Fields whose values a database takes in another form than Python has them."""


def insert_many(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Append rows. columns: names of fields, `…_id` for relations; a key that is not named is the database's to give.

    Values are of the field's own type or None, choices as their text. Nothing validates them but the table's constraints.
    """
    _write(model, columns, rows, is_over=False)


def upsert_many(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows, over those that stand under the same primary key, which `columns` name and no two rows share."""
    _write(model, columns, rows, is_over=True)


def count_anew(*models: type[Model]) -> None:
    """Let the database count these tables, or all of them, anew: by that it knows which of its indexes answers a question.

    PostgreSQL does so by itself in time; SQLite never, and forgets it where a migration makes a table anew.
    """
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models] or [""]  # noqa: SLF001 - documented API
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def _write(model: type[Model], columns: Sequence[str], rows: Sequence[Row], *, is_over: bool) -> None:
    if not rows:
        return
    options, quote = model._meta, connection.ops.quote_name  # noqa: SLF001 - documented API
    by_name = {field.attname: field for field in options.concrete_fields}
    fields = [by_name[name] for name in columns]
    names = [quote(str(field.column)) for field in fields]
    key = quote(str(options.pk.column))
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name != key)
    end = f" ON CONFLICT ({key}) DO UPDATE SET {changes}" if is_over else ""
    write = _copy if connection.vendor == "postgresql" else _execute
    with transaction.atomic():
        write(quote(options.db_table), ", ".join(names), end, _told(fields, rows))


def _told(fields: "Sequence[Field[Any, Any]]", rows: Sequence[Row]) -> Sequence[Row]:
    places = [(place, field) for place, field in enumerate(fields) if isinstance(field, _TOLD)]
    if not places:
        return rows
    told = [list(row) for row in rows]
    for row in told:
        for place, field in places:
            row[place] = field.get_db_prep_save(row[place], connection)
    return told


def _execute(table: str, names: str, end: str, rows: Sequence[Row]) -> None:
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places}){end}", rows)


def _copy(table: str, names: str, end: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        into = "taken_rows" if end else table
        if end:
            cursor.execute(f"CREATE TEMPORARY TABLE {into} AS SELECT {names} FROM {table} WITH NO DATA")
        with connection.wrap_database_errors, cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if end:
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {into}{end}")
            cursor.execute(f"DROP TABLE {into}")
