"""The tenancy kernel: which council a piece of work is for, and the walls that hold it there.

It alone knows django-tenants. It is not about people, consent or pages: it knows councils, hosts and schemas.
"""
