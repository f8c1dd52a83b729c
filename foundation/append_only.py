"""Event tables that the database itself keeps append-only: UPDATE, and where wanted DELETE, is refused."""

from foundation.triggers import Trigger, register

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
)


def protect_table(table: str, *, deletes: bool = True) -> None:
    """Declare `table` append-only. With `deletes` False rows may still be deleted, by retention."""
    for operation in ("UPDATE", "DELETE") if deletes else ("UPDATE",):
        name = f"append_only_{table}_{operation.lower()}"
        head = f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}"'
        register(
            Trigger(
                name=name,
                table=table,
                postgresql=(_FUNCTION, f"{head} FOR EACH ROW EXECUTE FUNCTION refuse_change()"),
                sqlite=(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",),
            )
        )
