//! Nodes that can be written only after QEMU has started: the pseudo-terminals of its serial ports, and the address
//! of its VNC server.

use std::time::Instant;

use serde_json::{Value, json};

use super::arguments;
use super::qmp::{self, Qmp, unexpected};
use crate::core::{Ao, Error, Result};
use crate::domain::{console, nodes};
use crate::error;
use crate::types::idiomatic::DomainConfig;

/// Queries QEMU for the pseudo-terminals of serial ports and the address of the VNC server, and writes them to
/// xenstore. Also sets the VNC password.
pub async fn describe(ao: &Ao, domid: u32, config: &DomainConfig) -> Result<()> {
    let base = nodes::domain_path(domid);
    let deadline = Instant::now() + qmp::TIMEOUT;
    let mut qmp = Qmp::connect(ao, domid, deadline).await?;
    let answer = qmp.execute("query-chardev", None, deadline).await?;
    let ports = serial_ports(&answer).ok_or_else(|| unexpected(ao, domid, "query-chardev"))?;
    let ports =
        ports.into_iter().map(|(port, terminal)| (console::serial_path(domid, port), terminal));
    nodes::write_all_for_domain(ao, domid, &ports.collect::<Vec<_>>())?;
    let Some(vnc) = arguments::vnc(config) else { return Ok(()) };
    let answer = qmp.execute("query-vnc", None, deadline).await?;
    let served = vnc_address(&answer).ok_or_else(|| unexpected(ao, domid, "query-vnc"))?;
    if let Some((host, service)) = served {
        let address = [("vnc-listen", host), ("vnc-port", service)];
        let address = address.map(|(name, value)| (format!("{base}/console/{name}"), value));
        nodes::write_all_for_domain(ao, domid, &address)?;
    }
    let Some(password) = vnc.passwd.as_ref().filter(|p| !p.as_bytes().is_empty()) else {
        return Ok(());
    };
    let Some(text) = password.as_str() else {
        // QMP strings must be UTF-8, and a converted password would not be the configured one.
        error!(ao, domid = domid, "cannot set the VNC password: it is not UTF-8");
        return Err(Error::Invalid);
    };
    let arguments = json!({"password": text});
    qmp.execute("change-vnc-password", Some(arguments), deadline).await?;
    nodes::write_for_domain(ao, domid, "console/vnc-pass", password.as_bytes())
}

/// The serial ports with a pseudo-terminal, from an answer to `query-chardev`; `None` if the answer is invalid.
fn serial_ports(answer: &Value) -> Option<Vec<(u32, &str)>> {
    let mut ports = Vec::new();
    for device in answer.as_array()? {
        // Other chardevs may have such a name, as `serial-0` of an application's own arguments.
        let port = device.get("label")?.as_str()?.strip_prefix("serial").map(str::parse);
        let Some(Ok(port)) = port else { continue };
        if let Some(terminal) = device.get("filename")?.as_str()?.strip_prefix("pty:") {
            // `xl console` opens this path, so it is checked.
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
            if !terminal.starts_with("/dev/") || !terminal.chars().all(plain) {
                return None;
            }
            ports.push((port, terminal));
        }
    }
    Some(ports)
}

/// The address of the VNC server, from an answer to `query-vnc`; `Some(None)` if there is none, `None` if the answer is
/// invalid.
fn vnc_address(answer: &Value) -> Option<Option<(&str, &str)>> {
    if !answer.get("enabled")?.as_bool()? {
        return Some(None);
    }
    let text = |name: &str| {
        let text = answer.get(name)?.as_str()?;
        (text.len() <= 256 && !text.contains(char::is_control)).then_some(text)
    };
    Some(Some((text("host")?, text("service")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_of_serial_ports() {
        let answer = json!([
            {"label": "libxl-cmd", "filename": "disconnected:unix:/x,server", "frontend-open": true},
            {"label": "serial0", "filename": "pty:/dev/pts/3", "frontend-open": true},
            {"label": "serial1", "filename": "null", "frontend-open": true},
            {"label": "serial-0", "filename": "pty:/dev/pts/4", "frontend-open": true},
            {"label": "serial", "filename": "null", "frontend-open": true},
            {"label": "serial0/../../x", "filename": "pty:/dev/pts/5", "frontend-open": true},
        ]);
        assert_eq!(serial_ports(&answer), Some(vec![(0, "/dev/pts/3")]));
        assert_eq!(serial_ports(&json!([])), Some(vec![]));
        let one = |label: &str, name: &str| json!([{"label": label, "filename": name}]);
        for bad in [
            json!({}),
            json!([{}]),
            json!([{"label": 3}]),
            json!([{"label": "serial0"}]),
            one("serial0", "pty:/etc/passwd"),
            one("serial0", "pty:/dev/../etc/passwd"),
            one("serial0", "pty:/dev/pts/3\n"),
        ] {
            assert_eq!(serial_ports(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_vnc_address_is_parsed() {
        let answer =
            json!({"enabled": true, "host": "127.0.0.1", "service": "5900", "auth": "none"});
        assert_eq!(vnc_address(&answer), Some(Some(("127.0.0.1", "5900"))));
        assert_eq!(vnc_address(&json!({"enabled": false})), Some(None));
        for bad in [
            json!([]),
            json!({"enabled": 1}),
            json!({"enabled": true, "host": "h"}),
            json!({"enabled": true, "host": "h", "service": 5900}),
            json!({"enabled": true, "host": "h\n", "service": "5900"}),
            json!({"enabled": true, "host": "h".repeat(300), "service": "5900"}),
        ] {
            assert_eq!(vnc_address(&bad), None, "{bad}");
        }
    }
}
