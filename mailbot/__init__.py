"""The service: mail in, findings and one verdict, mail out."""
