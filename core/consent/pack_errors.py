"""What is said when a pack can't be used."""

from collections.abc import Iterable


class PackInvalid(Exception):
    """One or more packs can't be used; `problems` holds a sentence for each mistake, with file, key and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
