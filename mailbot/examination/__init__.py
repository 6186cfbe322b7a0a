"""The judgement: pure, with no clock, disk, socket or database."""
