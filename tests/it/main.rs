//! Every integration test in one binary, so that it links once.

#[cfg(test)]
mod simulation;
