//! Compiles `idl/types/*.idl`, the one source of libxl's public types, to Rust and to C headers.
