"""Pictures of results, sweeps, comparisons and evidence. Importing this package loads nothing heavy."""
