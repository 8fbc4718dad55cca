"""What is measured, side by side with the least that could do the same job. `python -m benchmarks` runs all."""
