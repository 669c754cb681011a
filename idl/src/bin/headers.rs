//! `make headers`: writes the C headers, for the default release under `include/`, for another in a folder there that has
//! the release's name.
//!
//!     headers [--check] [RELEASE]
//!
//! Without a release: of each that a Debian has. With `--check` it writes nothing, and fails if a header differs from what
//! it would write.

use std::path::Path;
use std::process::ExitCode;

use xenlight_idl::arguments::Arguments;
use xenlight_idl::{Description, Release, api_headers, c_types};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<ExitCode> {
    let Arguments { check, releases } = Arguments::read()?;
    let description = xenlight_idl::load()?;
    let mut fresh = true;
    for release in releases {
        fresh &= write(&description, release, check)?;
    }
    Ok(if fresh { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes the headers of `release`, or with `check` returns whether they are there as it would write them.
fn write(description: &Description, release: Release, check: bool) -> Result<bool> {
    let model = description.of(release);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut headers = vec![
        ("_libxl_types.h".to_owned(), c_types::header(model)),
        ("_libxl_types_json.h".to_owned(), c_types::json_header(model)),
    ];
    headers.extend(api_headers::headers(&root, release)?);

    let folder = release.include();
    let mut fresh = true;
    std::fs::create_dir_all(root.join(&folder))?;
    for (name, text) in headers {
        let file = root.join(&folder).join(&name);
        if !check {
            std::fs::write(file, text)?;
        } else if std::fs::read_to_string(file).is_ok_and(|old| old == text) {
            continue;
        } else {
            eprintln!("{folder}/{name} is stale: run `make headers`");
            fresh = false;
        }
    }
    Ok(fresh)
}
