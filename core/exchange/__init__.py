"""What comes in from and goes out to other systems, under the same rules as the pages."""
