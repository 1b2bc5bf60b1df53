"""A bank's file, read and matched: pure, from plain values."""
