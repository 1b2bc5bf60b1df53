"""The exit copy: everything a council has, in one documented file that any deployment can load and anyone can read.

docs/guides/exit-copy.md describes the format. `writing` makes a copy, `checking` looks at every byte of one, `loading`
makes a council of it; `deletion` takes a council away; `step` has the steps of the orders that do so.
"""
