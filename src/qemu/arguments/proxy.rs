//! The program that passes QMP on to a QEMU in a stub domain.

use super::CommandLine;
use crate::qemu::model;

/// For the proxy between `socket`, which it makes here, and the channel that the Linux of `stubdom` offers for the QEMU of
/// `target`. `state`: the node in which the proxy tells that it runs.
pub fn proxy(stubdom: u32, target: u32, state: &str, socket: &str) -> CommandLine {
    let mut line = CommandLine::default();
    let channel = format!("{}/qmp-vchan", model::directory(stubdom, target));
    line.add([&format!("--state-path={state}"), &stubdom.to_string(), &channel, socket]);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_arguments() {
        let line = proxy(8, 7, "/s", "/run/q");
        let channel = "/local/domain/8/device-model/7/qmp-vchan";
        assert_eq!(line.arguments, ["--state-path=/s", "8", channel, "/run/q"]);
        assert!(line.environment.is_empty());
    }
}
