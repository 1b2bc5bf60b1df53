"""How the running platform is watched: a line and a count for each request and task, error reports, health.

Whatever leaves the process here names a council by its opaque schema name and a page by its view; never a person, a
path or what someone typed.
"""
