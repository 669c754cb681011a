//! Generates the public types from `idl/`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use xenlight_idl::{exports, idiomatic, layout, rust_types, tables};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=idl/types");
    let model = xenlight_idl::load()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("types.rs"), rust_types::rust(&model))?;
    fs::write(out.join("tables.rs"), tables::rust(&model))?;
    fs::write(out.join("layout.rs"), layout::rust(&model))?;
    fs::write(out.join("idiomatic.rs"), idiomatic::rust(&model))?;
    fs::write(out.join("samples.rs"), idiomatic::samples(&model))?;
    fs::write(out.join("exports.rs"), exports::rust(&model))?;
    Ok(())
}
