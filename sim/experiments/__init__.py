"""Asking the model many times: runs, sweeps and what they leave behind."""
