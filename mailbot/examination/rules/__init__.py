"""What can be wrong with an application, one file a topic."""
