"""What a mail says, whatever wrote it."""
