"""Planned visits and contacts made: who and when, never what was said."""
