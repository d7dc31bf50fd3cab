"""Asking many times: designs, plans, batches, stores, and the tables and indices made of them."""
