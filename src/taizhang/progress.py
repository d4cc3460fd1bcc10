"""How long work tells how far it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """A listener for long work; the command line shows bars, the office stores rows, tests pass `Silent`."""

    def start(self, stage: str, total: int | None = None) -> None:
        """A stage begins; `total` is its number of steps where it is known."""

    def advance(self, stage: str, steps: int = 1) -> None:
        """`steps` more of the stage are done."""

    def finish(self, stage: str) -> None:
        """The stage is over."""


class Silent:
    """A listener that does nothing."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, stage: str, steps: int = 1) -> None:
        """Ignore."""

    def finish(self, stage: str) -> None:
        """Ignore."""
