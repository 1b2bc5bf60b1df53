"""Orders: what the console asks of this deployment for one council, done step by step, once, whatever is killed.

It knows the steps' names and where they are; what a step does inside a council is the business of who wrote it.
"""
