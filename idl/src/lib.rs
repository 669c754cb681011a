//! Compiles `idl/types/*.idl`, the only source of libxl's public types, to Rust and to C headers.
//!
//! [`load`] reads and checks the description, which has what differs between releases of Xen; [`Description::of`] is the
//! part of one release, the [`Model`], from which each of the other modules writes one output:
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
//! [`entries`] reads the hand-written entries of `src/capi/`, for the status table and the headers; [`public_names`] the
//! list of what the library exports; [`arguments`] the command lines of the programs in `bin/`.
//!
//! `idl/README.md` describes the syntax of `.idl` files.

use std::path::{Path, PathBuf};

#[cfg(feature = "headers")]
pub mod api_headers;
pub mod arguments;
pub mod c_types;
mod check;
pub mod entries;
pub mod exports;
pub mod idiomatic;
pub mod layout;
pub mod model;
mod names;
mod parse;
pub mod public_names;
pub mod release;
pub mod rust_types;
pub mod tables;

use std::collections::HashMap;

pub use model::Model;
use release::Lifetime;
pub use release::Release;

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

/// What the `.idl` files declare, for every release.
pub struct Description {
    /// Those of each release, checked, oldest first.
    models: Vec<Model>,
    /// The releases that have each type.
    lifetimes: HashMap<String, Lifetime>,
}

impl Description {
    fn new() -> Self {
        Self { models: Release::all().map(Model::new).collect(), lifetimes: HashMap::new() }
    }

    /// The types as `release` has them.
    pub fn of(&self, release: Release) -> &Model {
        self.models.iter().find(|m| m.release == release).expect("there is one for each release")
    }

    /// Adds the types that a file declares, which may use those that were added before.
    pub fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        let text =
            std::fs::read_to_string(path).map_err(|e| Error(format!("{}: {e}", path.display())))?;
        self.add(&path.display().to_string(), &text)
    }

    /// Adds the types that `text` declares; `file` is the name for error messages.
    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let error = |e: syn::Error, release: &str| {
            let at = e.span().start();
            Error(format!("{file}:{}:{}: {release}{e}", at.line, at.column + 1))
        };
        for declaration in parse::file(text).map_err(|e| error(e, ""))? {
            check::lifetimes(&self.lifetimes, &declaration).map_err(|e| error(e, ""))?;
            // The newest first: only an error that it does not have needs to name the release.
            for (age, model) in self.models.iter_mut().rev().enumerate() {
                let Some(item) = declaration.of(model.release) else { continue };
                let release =
                    if age == 0 { String::new() } else { format!("in Xen {}: ", model.release) };
                check::item(model, &item).map_err(|e| error(e, &release))?;
                model.items.push(item);
            }
            let name = declaration.item.name().text.clone();
            self.lifetimes.insert(name, declaration.lifetime);
        }
        Ok(())
    }
}

/// Reads and checks the description of the public types.
pub fn load() -> Result<Description, Error> {
    let dir = source_dir();
    let mut description = Description::new();
    for name in FILES {
        description.add_file(&dir.join(name).with_extension("idl"))?;
    }
    Ok(description)
}

#[cfg(test)]
mod tests;
