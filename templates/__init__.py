"""Words only: everything that applicants and reviewers read."""
