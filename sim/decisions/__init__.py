"""What to do: wants and what they cost, packages against uncertain futures, and the search for the cheapest way."""
