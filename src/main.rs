//! Starts the program; everything else stands in the library.

fn main() {}
