"""Price books, contracts, usage, invoices and payments, in the shared schema. It knows nothing of core.

Usage reaches it as readings that the console hands over: numbers of councils, never a person. What is issued is only
ever added to: the service's database role may neither change nor delete an issued invoice, a payment or a reading.
An unpaid invoice is something that finance rings about: nothing here can reach a council's access.
"""
