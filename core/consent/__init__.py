"""Consent: regime packs, a council's policy, and the one procedure that decides whether something may be shown.

It answers questions about facts it is given (`decide`), offers the routes that can apply (`routes_for`) and turns the
four answers of a conversation into such a question (`request_from_answers`). The rules are pure: nothing in them knows
the web, the database or a jurisdiction by name; the law is data, in `packs/`.

It is not where an involvement is published, a notice sent or a page drawn: those are actions of the apps above, which
ask here and obey the answer.
"""
