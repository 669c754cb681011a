//! Generates the public types from `idl/`.

fn main() {}
