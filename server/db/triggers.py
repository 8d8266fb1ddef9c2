"""What triggers of tables have in common: they are put up wherever their table is made, by `metadata.create_all` here, by migrations through the table's `info`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlalchemy import Connection, Table, event


class Triggers(ABC):
    """The triggers of one table, on both databases."""

    __slots__ = ()

    def make(self, dialect: str) -> list[str]:
        """The statements that put them up."""
        return self._sqlite() if dialect == "sqlite" else self._postgresql()

    @abstractmethod
    def drop(self, dialect: str) -> list[str]:
        """The statements that take them down."""

    @abstractmethod
    def _sqlite(self) -> list[str]: ...

    @abstractmethod
    def _postgresql(self) -> list[str]: ...

    def put(self, connection: Connection) -> None:
        """Puts them up."""
        for statement in self.make(connection.dialect.name):
            connection.exec_driver_sql(statement)

    def remove(self, connection: Connection) -> None:
        """Takes them down."""
        for statement in self.drop(connection.dialect.name):
            connection.exec_driver_sql(statement)


def with_triggers(table: Table, info: str, triggers: Triggers) -> Table:
    """Has the triggers put up when the table is made, and keeps them in its `info` under this key, for the migrations."""
    table.info[info] = triggers

    @event.listens_for(table, "after_create")
    def made(_table: Table, connection: Connection, **_: object) -> None:
        triggers.put(connection)

    return table
