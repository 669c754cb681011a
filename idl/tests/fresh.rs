//! Generated files that are committed must be up to date.

use std::process::Command;

#[test]
fn status_page_is_fresh() {
    let status = Command::new(env!("CARGO_BIN_EXE_status")).arg("--check").status().unwrap();
    assert!(status.success(), "run `make status`");
}

#[cfg(feature = "headers")]
#[test]
fn headers_are_fresh() {
    let status = Command::new(env!("CARGO_BIN_EXE_headers")).arg("--check").status().unwrap();
    assert!(status.success(), "run `make headers`");
}

/// The page is up to date (see the test above), so this shows that the library has all names.
#[test]
fn every_public_name_is_implemented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/status.md"));
    assert!(page.unwrap().ends_with("## Missing\n\nNothing.\n"));
}
