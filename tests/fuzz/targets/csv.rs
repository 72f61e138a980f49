//! Do the properties of reading CSV files hold of any bytes?

#![no_main]

#[path = "../properties/csv.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::check(bytes));
