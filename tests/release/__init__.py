"""Releases: what is published, and how users install it."""
