"""Components in Rust on the real engine, from programs in four languages."""
