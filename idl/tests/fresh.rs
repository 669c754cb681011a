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
