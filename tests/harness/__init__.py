"""What the demo, the engine tests and `make install` share: built artefacts, the engine, programs run by it."""
