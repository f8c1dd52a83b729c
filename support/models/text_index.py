"""The words of tickets and of what is said on them, indexed by the database itself, whoever wrote the row and how.

PostgreSQL indexes an expression. SQLite keeps two FTS5 tables beside, by triggers. Both cut at what is neither letter
nor digit, fold no accents and know no language: a word is found as it is written, in any case, by its beginning.
"""

from dataclasses import dataclass

from foundation.triggers import Trigger, register

_INDEXED_LENGTH = 100_000  # PostgreSQL refuses to index a text whose words take over a megabyte.


@dataclass(frozen=True)
class IndexedText:
    """One text column of one table; `fts` is its FTS5 table on SQLite."""

    table: str
    column: str
    fts: str

    @property
    def vector(self) -> str:
        """PostgreSQL's words of the column, exactly as they are indexed."""
        cut = self.cut(f'left("{self.column}", {_INDEXED_LENGTH})')
        return f"to_tsvector('simple'::regconfig, {cut})"

    @staticmethod
    def cut(expression: str) -> str:
        """PostgreSQL's expression for a text with a space wherever there is neither letter nor digit."""
        return f"regexp_replace({expression}, '[^[:alnum:]]+', ' ', 'g')"

    def create_statements(self, vendor: str) -> list[str]:
        """What a migration runs to index the rows that there are."""
        if vendor == "postgresql":
            index = f'CREATE INDEX "{self.fts}" ON "{self.table}" USING gin ({self.vector})'
            return [f"{index} WHERE \"{self.column}\" <> ''"]
        return [
            f'CREATE VIRTUAL TABLE "{self.fts}" USING fts5(words, tokenize = "unicode61 remove_diacritics 0")',
            f'INSERT INTO "{self.fts}"(rowid, words) SELECT id, "{self.column}" FROM "{self.table}" '  # noqa: S608
            f"WHERE \"{self.column}\" <> ''",
        ]

    def drop_statement(self, vendor: str) -> str:
        return f'DROP {"INDEX" if vendor == "postgresql" else "TABLE"} "{self.fts}"'


TICKET_SUBJECTS = IndexedText("support_ticket", "subject", "support_ticket_words")
EVENT_BODIES = IndexedText("support_ticketevent", "body", "support_ticketevent_words")


def _keep_indexed(text: IndexedText) -> None:
    """Declare the triggers by which SQLite keeps the index."""
    drop = f'DELETE FROM "{text.fts}" WHERE rowid = {{}}.id;'  # noqa: S608
    put = f'INSERT INTO "{text.fts}"(rowid, words) VALUES (new.id, new."{text.column}");'  # noqa: S608
    add = f"{drop.format('new')} {put}"  # No OR REPLACE: within an upsert SQLite passes over it.
    written = f"WHEN new.\"{text.column}\" <> ''"
    for name, when, what in (
        ("insert", f'AFTER INSERT ON "{text.table}" {written}', add),
        ("update", f'AFTER UPDATE OF "{text.column}" ON "{text.table}" {written}', add),
        ("delete", f'AFTER DELETE ON "{text.table}"', drop.format("old")),
    ):
        trigger = f"words_{text.table}_{name}"
        statement = f'CREATE TRIGGER "{trigger}" {when} BEGIN {what} END'
        register(Trigger(trigger, text.table, postgresql=(), sqlite=(statement,)))


for _text in (TICKET_SUBJECTS, EVENT_BODIES):
    _keep_indexed(_text)
