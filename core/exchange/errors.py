"""What can stop an import or the loading of a demonstration: a sentence each."""


class ImportNotPossible(Exception):
    """Nothing can be imported as things are; the text says why and what to do."""


class AnotherImportRunning(ImportNotPossible):
    """Two imports wrote the same rows at once: the later one stopped, and nothing was written twice."""

    def __init__(self) -> None:
        super().__init__(
            "Another import of the same files is under way: let it end, then start this one again. Nothing is doubled."
        )


class CopyNotHere(LookupError):
    """There is no such copy to fetch."""

    def __init__(self) -> None:
        super().__init__(
            "This copy is not there to be fetched: it is still being made, or it was deleted after its time."
        )


class SomeoneElseFetches(ValueError):
    """A copy of everything takes two people: one asks, another fetches."""

    def __init__(self) -> None:
        super().__init__("You asked for this copy, so someone else fetches it: a copy of everything takes two people.")
