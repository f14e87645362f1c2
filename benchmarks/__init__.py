"""What the figures in README.md were measured with: ``python -m benchmarks``."""
