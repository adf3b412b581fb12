"""A stand-in cloud: one type of resource, one function, nothing outside of the state."""
