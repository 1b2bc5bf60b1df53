"""The look of Patchwork, shared by every council's pages and by the operators' console.

Base templates, GOV.UK and MOJ components as Jinja macros, the built style sheet and script, councils' colours, the
picture of the network, and a gallery page of it all. It is not the place for a rule, a query or a person's data: it
prints what it is given, and it imports nothing else of ours.
"""
