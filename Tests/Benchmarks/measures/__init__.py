"""What `Tests/Benchmarks/run` measures, a module each. Needs nothing but the standard library."""
