"""Values of the wrong kind, as a broken or malicious deployment might say them."""

BROKEN = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "<script>alert(1)</script>",
    "x" * 5000,
    [],
    [None],
    [[[]]],
    ["a"],
    {},
    {"a": {}},
)
