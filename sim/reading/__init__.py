"""What an answer means: comparisons, explanations, and who stands with whom."""
