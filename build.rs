//! Generates the public types from `idl/`, as the release of Xen has them that `XEN_RELEASE` names in the environment.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use xenlight_idl::{Release, exports, idiomatic, layout, rust_types, tables};

const SAMPLE: &str = "src/types/engine/sample.idl";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=idl/types");
    println!("cargo::rerun-if-changed={SAMPLE}");
    println!("cargo::rerun-if-env-changed=XEN_RELEASE");
    let release = match env::var("XEN_RELEASE") {
        Ok(name) => name.parse()?,
        Err(_) => Release::DEFAULT,
    };
    // For env!("XEN_RELEASE"), and #[cfg(since = "4.18")].
    println!("cargo::rustc-env=XEN_RELEASE={release}");
    let later = || Release::all().filter(|&r| r > Release::OLDEST);
    let values: Vec<String> = later().map(|r| format!("{:?}", r.name())).collect();
    println!("cargo::rustc-check-cfg=cfg(since, values({}))", values.join(", "));
    for r in later().filter(|&r| r <= release) {
        println!("cargo::rustc-cfg=since=\"{r}\"");
    }
    let mut description = xenlight_idl::load()?;
    let model = description.of(release);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("types.rs"), rust_types::rust(model))?;
    fs::write(out.join("tables.rs"), tables::rust(model))?;
    fs::write(out.join("layout.rs"), layout::releases(&description, release))?;
    fs::write(out.join("idiomatic.rs"), idiomatic::rust(model))?;
    fs::write(out.join("samples.rs"), idiomatic::samples(model))?;
    fs::write(out.join("exports.rs"), exports::rust(model))?;
    // For the interpreter's own tests.
    description.add_file(Path::new(SAMPLE))?;
    let with_sample = tables::rust(description.of(release));
    fs::write(out.join("tables_with_sample.rs"), with_sample)?;
    Ok(())
}
