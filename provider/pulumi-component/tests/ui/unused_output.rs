//! A closure over an output that nothing needs would never run.

#![deny(unused_must_use)]

use pulumi_component::Output;

fn check(size: &Output<u32>) {
    size.try_map(|size| if size < 10 { Ok(()) } else { Err("too large".to_owned()) });
}

fn main() {}
