"""The long form of what the suite checks in short: `make verify` runs it and reports figures."""
