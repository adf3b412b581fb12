#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pulumi_component_fuzz::inputs::run(bytes));
