//! Do the properties of reading and resolving sheets hold of any sheet?

#![no_main]

#[path = "../properties/grid.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::check(bytes));
