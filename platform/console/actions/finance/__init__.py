"""What finance does: each asks for the permission, has billing do it and writes it into the operators' log."""
