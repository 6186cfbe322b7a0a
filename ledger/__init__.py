"""Records of what happened: imports neither mailbot nor parsers."""
