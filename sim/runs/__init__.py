"""Asking once: what was asked, the run, its result, and the folder it is kept in."""
