"""What a paper is and what stands on it."""
