"""What a month of a contract costs, line by line: pure, from plain values."""
