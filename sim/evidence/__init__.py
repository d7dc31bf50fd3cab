"""The model held against the record: observed data, calibration, backtests and their baselines."""
