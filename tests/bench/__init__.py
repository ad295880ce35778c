"""How fast the platform is, beside what could be: `make bench` (docs/benchmarks.md)."""
