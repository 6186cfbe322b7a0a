"""Bytes to facts: imports neither mailbot nor ledger and never raises for bad input."""
