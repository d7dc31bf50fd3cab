"""The command line: one short function a command; ``pages`` lays out what is printed."""
