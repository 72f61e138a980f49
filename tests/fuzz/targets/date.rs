//! Do the properties of reading days hold of any cells?

#![no_main]

#[path = "../properties/date.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::check(bytes));
