"""The package on the real Pulumi engine, against the simulated account."""
