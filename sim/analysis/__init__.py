"""Reading the answer: figures and tables drawn from a result. Importing this package loads nothing heavy."""
