"""Speed and memory beside their limits and beside the other languages' hosts: `make bench`."""
