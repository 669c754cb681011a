//! `make headers`: writes the C headers under `include/`; with `--check` it writes nothing and
//! fails if one of them differs from what it would write.

use std::path::Path;
use std::process::ExitCode;

use xenlight_idl::{Release, api_headers, c_types};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let description = xenlight_idl::load()?;
    let model = description.of(Release::DEFAULT);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let include = root.join("include");
    let mut headers = vec![
        ("_libxl_types.h".to_owned(), c_types::header(model)),
        ("_libxl_types_json.h".to_owned(), c_types::json_header(model)),
    ];
    headers.extend(api_headers::headers(&root)?);

    let check = std::env::args().any(|a| a == "--check");
    let mut stale = false;
    std::fs::create_dir_all(&include)?;
    for (name, text) in headers {
        let file = include.join(&name);
        if !check {
            std::fs::write(file, text)?;
        } else if std::fs::read_to_string(file).is_ok_and(|old| old == text) {
            continue;
        } else {
            eprintln!("include/{name} is stale: run `make headers`");
            stale = true;
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
