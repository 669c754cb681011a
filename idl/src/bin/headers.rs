//! Writes the C headers under `include/`.

use std::path::Path;

use xenlight_idl::c_types;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = xenlight_idl::load()?;
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include");
    std::fs::create_dir_all(&include)?;
    std::fs::write(include.join("_libxl_types.h"), c_types::header(&model))?;
    std::fs::write(include.join("_libxl_types_json.h"), c_types::json_header(&model))?;
    Ok(())
}
