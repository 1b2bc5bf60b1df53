"""PostgreSQL and Valkey from wheels, for the demo and the tests: no server has to be installed."""
