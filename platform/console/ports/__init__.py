"""How the console talks to a deployment: one interface, `local` in this installation and `remote` over HTTPS."""
