//! Do the properties of reading times of day hold of any cells?

#![no_main]

#[path = "../properties/time.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::check(bytes));
