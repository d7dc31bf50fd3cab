"""What happens: rules (pure arrays), chance, the calendar, the actors, the month, and what is recorded."""
