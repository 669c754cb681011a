//! A process of its own for a test. The test's process is shared by all tests, and between fork and exec a child that
//! another test starts has a copy of every descriptor: an end of a pipe may be open longer than the test that drops it
//! assumes. SIGCHLD and the list of children are shared in a process, too.

use std::env;
use std::process::Command;

const ALONE: &str = "XENLIGHT_TEST_ALONE";
/// A test that hangs is ended after this time in seconds.
pub const WATCHDOG: u32 = 60;

/// Runs `body`, a closure in a test function, in a new process, in which that test runs alone.
pub fn alone<F: FnOnce()>(body: F) {
    if env::var_os(ALONE).is_some() {
        nix::unistd::alarm::set(WATCHDOG);
        return body();
    }
    let name = std::any::type_name::<F>().strip_suffix("::{{closure}}").unwrap();
    let name = name.split_once("::").unwrap().1;
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{errors}");
}
