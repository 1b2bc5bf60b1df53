"""Clients: who a person is, held only to pick the right one.

Name, birth date or age, address, phone and identifiers; searching for them despite typos and nicknames; and telling
whether two descriptions are one person. It is not a case record: nothing here says why somebody is known to a service.
The modules `names`, `identity` and `matching` are pure rules: they know neither Django nor a database.
"""
