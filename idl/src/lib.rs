//! Compiles `idl/types/*.idl`, the only source of libxl's public types, to Rust and to C headers.
//!
//! [`load`] reads and checks the description; each of the other modules writes one output from it:
//!
//! | module | what it writes |
//! |---|---|
//! | [`rust_types`] | the `#[repr(C)]` types |
//! | [`tables`] | the tables that init, dispose, copy and JSON are driven by |
//! | [`exports`] | the `extern "C"` entries of every type |
//! | [`idiomatic`] | the types in idiomatic Rust, with conversions from and to C |
//! | [`layout`] | sizes, offsets and values, for the test that compares them with the C headers' |
//! | [`c_types`] | `_libxl_types.h` and `_libxl_types_json.h` |
//!
//! [`entries`] reads the hand-written entries of `src/capi/`, for the status table and the headers.
//!
//! `idl/README.md` describes the syntax of `.idl` files.

use std::path::{Path, PathBuf};

#[cfg(feature = "headers")]
pub mod api_headers;
pub mod c_types;
mod check;
pub mod entries;
pub mod exports;
pub mod idiomatic;
pub mod layout;
pub mod model;
mod names;
mod parse;
pub mod rust_types;
pub mod tables;

pub use model::Model;

/// The files under `idl/types/`, in the order in which they are read: a type is declared before it is used.
const FILES: [&str; 17] = [
    "builtin",
    "error",
    "host",
    "psr",
    "sched",
    "disk",
    "net",
    "passthrough",
    "usb",
    "console",
    "display",
    "sound",
    "device",
    "domain",
    "build",
    "config",
    "event",
];

/// An error in an `.idl` file, with its position.
#[derive(Debug)]
pub struct Error(String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The directory that holds the description of the public types.
pub fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("types")
}

/// Reads and checks the description of the public types.
pub fn load() -> Result<Model, Error> {
    let dir = source_dir();
    let mut model = Model::default();
    for name in FILES {
        add_file(&mut model, &dir.join(name).with_extension("idl"))?;
    }
    Ok(model)
}

/// Adds the types that a file declares, which may use those already in the model.
pub fn add_file(model: &mut Model, path: &Path) -> Result<(), Error> {
    let text =
        std::fs::read_to_string(path).map_err(|e| Error(format!("{}: {e}", path.display())))?;
    add(model, &path.display().to_string(), &text)
}

/// Adds the types that `text` declares; `file` is the name for error messages.
fn add(model: &mut Model, file: &str, text: &str) -> Result<(), Error> {
    let at_position = |e: syn::Error| {
        let at = e.span().start();
        Error(format!("{file}:{}:{}: {e}", at.line, at.column + 1))
    };
    for item in parse::file(text).map_err(at_position)? {
        check::item(model, &item).map_err(at_position)?;
        model.items.push(item);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
