"""Minutes of mixed load with faults in between: `make soak`."""
