//! What is generated and committed must be what the sources say now.

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

/// The page is fresh, says the test above: so this holds of the library.
#[test]
fn every_public_name_is_there() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/status.md"));
    assert!(page.unwrap().ends_with("## Not there yet\n\nNothing.\n"));
}
