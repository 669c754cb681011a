//! Ending a child process of an operation, and its exit status in words.

use std::ffi::CStr;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::error;
use crate::runtime::child::{Child, NotEnded, Outcome};
use crate::xen::log::Log;

/// Kills `child`, known as `what`, of an operation on domain `domid`, and waits until it is reaped. One that has not
/// ended in time, since it sleeps in the kernel, is logged, and the operation continues without it. Returns how it has
/// ended, if it has.
pub async fn end_child(log: &Log, domid: u32, what: &str, child: Child) -> Option<Outcome> {
    let ended = child.end().await;
    let not_ended = |not_ended: &NotEnded| {
        error!(log, domid = domid, "cannot end {what} [{}]: {not_ended}", not_ended.pid);
    };
    ended.inspect_err(not_ended).ok()
}

/// Describes why a child has failed. Success is also described as a fault, as by [`describe_end`].
pub fn describe_outcome(what: &str, pid: i32, outcome: Outcome) -> String {
    match outcome {
        Outcome::Ended(_) => describe_end(what, pid, outcome.status()),
        Outcome::NoProgram(errno) => format!("cannot run {what}: {}", errno.desc()),
        Outcome::Lost => format!(
            "cannot determine how {what} [{pid}] ended: other code has taken its exit status"
        ),
    }
}

/// Describes how child `pid`, known as `what`, has ended. `status` is the one from `waitpid`. Exit status 0 is
/// described as a fault, too: callers that expect it check the status first.
pub fn describe_end(what: &str, pid: i32, status: i32) -> String {
    let end = ExitStatus::from_raw(status);
    let how = match (end.code(), end.signal()) {
        (Some(0), _) => "exited with status zero, which was not expected".to_owned(),
        (Some(code), _) => format!("exited with error status {code}"),
        (None, Some(signal)) => {
            let core = if end.core_dumped() { " (core dumped)" } else { "" };
            format!("died of signal {}{core}", signal_name(signal))
        }
        (None, None) => format!("has the unknown wait status {status:#x}"),
    };
    format!("{what} [{pid}] {how}")
}

/// The C library's description of a signal.
fn signal_name(signal: i32) -> String {
    // SAFETY: strsignal accepts any number and returns NULL or a string that belongs to this thread, which is copied at
    // once.
    let name = unsafe { libc::strsignal(signal).as_ref() };
    // SAFETY: as above, the string is not NULL and ends with a NUL.
    name.map_or_else(
        || signal.to_string(),
        |name| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn every_kind_of_end() {
        for (status, how) in [
            (0, "exited with status zero, which was not expected"),
            (3 << 8, "exited with error status 3"),
            (9, "died of signal Killed"),
            (6 | 0x80, "died of signal Aborted (core dumped)"),
            (0x137f, "has the unknown wait status 0x137f"),
        ] {
            assert_eq!(describe_end("prog", 7, status), format!("prog [7] {how}"));
            let outcome = Outcome::Ended(ExitStatus::from_raw(status));
            assert_eq!(describe_outcome("prog", 7, outcome), format!("prog [7] {how}"));
        }
        let absent = describe_outcome("prog", 7, Outcome::NoProgram(Errno::ENOENT));
        assert_eq!(absent, "cannot run prog: No such file or directory");
        let lost = describe_outcome("prog", 7, Outcome::Lost);
        assert!(lost.contains("prog [7]") && lost.contains("exit status"), "{lost}");
    }
}
