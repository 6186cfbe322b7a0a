"""The main job on one machine with nothing set up."""
