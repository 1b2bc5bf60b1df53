"""Everything inside a council's schema: one small app per idea, each on its step of the ladder."""
