"""What billing does. Who may, what is logged and what time it is, its caller knows."""
