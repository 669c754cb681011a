//! Generates the public types from `idl/`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use xenlight_idl::{Release, exports, idiomatic, layout, rust_types, tables};

const SAMPLE: &str = "src/types/engine/sample.idl";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=idl/types");
    println!("cargo::rerun-if-changed={SAMPLE}");
    let mut description = xenlight_idl::load()?;
    let model = description.of(Release::DEFAULT);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("types.rs"), rust_types::rust(model))?;
    fs::write(out.join("tables.rs"), tables::rust(model))?;
    fs::write(out.join("layout.rs"), layout::rust(model))?;
    fs::write(out.join("idiomatic.rs"), idiomatic::rust(model))?;
    fs::write(out.join("samples.rs"), idiomatic::samples(model))?;
    fs::write(out.join("exports.rs"), exports::rust(model))?;
    // For the interpreter's own tests.
    description.add_file(Path::new(SAMPLE))?;
    let with_sample = tables::rust(description.of(Release::DEFAULT));
    fs::write(out.join("tables_with_sample.rs"), with_sample)?;
    Ok(())
}
