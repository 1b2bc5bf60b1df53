"""The operator API: how a console elsewhere reaches this deployment. JSON alone, every request signed, no session."""
