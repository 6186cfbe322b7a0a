"""What an attached file holds: its kind, its pages, its text."""
