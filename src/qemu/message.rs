//! Parsing of QMP messages from QEMU, lines of JSON that are not trusted.
//!
//! QEMU may be controlled by its guest. The length of a line is limited, and so is its nesting (by `serde_json`, to
//! 128); a line that is neither a greeting, an answer nor an event ends the connection.

use std::fmt;

use nix::errno::Errno;
use serde_json::{Map, Value};

use crate::core::Error;

/// Maximum length of a line, as in C.
pub const MAX_MESSAGE: usize = 1 << 20;

/// A message, which is one line.
#[derive(Clone, PartialEq, Debug)]
pub enum Message {
    /// The first message, with QEMU's version.
    Greeting([u64; 3]),
    /// The result of a command.
    Return { id: Option<u64>, value: Value },
    /// The answer to a command that failed.
    Error { id: Option<u64>, response: ErrorResponse },
    /// An asynchronous event. The name is empty if it is not a string.
    Event { name: String, data: Value },
}

/// The error object of an answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} ({})", Shown(.text), Shown(.class))]
pub struct ErrorResponse {
    pub class: String,
    pub text: String,
}

/// Why a command has no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MonitorFailure {
    /// A system call on the socket failed.
    #[error("cannot {0} QEMU's monitor socket: {1}")]
    System(&'static str, Errno),
    /// QEMU has closed the socket.
    #[error("QEMU has closed its monitor socket")]
    Closed,
    /// A line exceeds [`MAX_MESSAGE`].
    #[error("QEMU sent a line of more than {} bytes", MAX_MESSAGE)]
    TooLong,
    /// A line is not allowed by the protocol.
    #[error("QEMU violated the QMP protocol: {0}")]
    Protocol(&'static str),
    /// QEMU answered with an error.
    #[error("QEMU refused: {0}")]
    Refused(ErrorResponse),
}

impl MonitorFailure {
    /// The error code for the C interface.
    pub fn error(&self) -> Error {
        match self {
            Self::System(..) => Error::Fail,
            Self::Closed | Self::Protocol(_) => Error::ProtocolErrorQmp,
            Self::TooLong => Error::BufferFull,
            Self::Refused(response) => response.error(),
        }
    }
}

/// The error classes that correspond to an error code of their own.
const CLASSES: [(&str, Error); 4] = [
    ("GenericError", Error::QmpGeneric),
    ("CommandNotFound", Error::QmpCommandNotFound),
    ("DeviceNotActive", Error::QmpDeviceNotActive),
    ("DeviceNotFound", Error::QmpDeviceNotFound),
];

/// Whether this error is an answer of QEMU's: the command was not executed. After any other error it may have been
/// executed, or may be later.
pub fn is_error_response(error: Error) -> bool {
    error == Error::UnknownQmpError || CLASSES.iter().any(|(_, of_class)| *of_class == error)
}

impl ErrorResponse {
    fn error(&self) -> Error {
        let known = CLASSES.iter().find(|(class, _)| class.eq_ignore_ascii_case(&self.class));
        known.map_or(Error::UnknownQmpError, |(_, error)| *error)
    }
}

/// Text from QEMU, truncated for a log line.
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_SHOWN: usize = 512;
        match self.0.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => write!(f, "{}...", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// Received bytes that are not parsed yet.
#[derive(Default, Debug)]
pub struct Inbox {
    bytes: Vec<u8>,
    /// The number of bytes that contain no end of a line.
    searched: usize,
}

impl Inbox {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message; `None` if there is no complete line yet.
    pub fn next_message(&mut self) -> Result<Option<Message>, MonitorFailure> {
        let found = self.bytes[self.searched..].iter().position(|&b| b == b'\n');
        let Some(end) = found.map(|at| self.searched + at) else {
            self.searched = self.bytes.len();
            return if self.searched > MAX_MESSAGE {
                Err(MonitorFailure::TooLong)
            } else {
                Ok(None)
            };
        };
        if end > MAX_MESSAGE {
            return Err(MonitorFailure::TooLong);
        }
        let message = parse(&self.bytes[..end]);
        self.bytes.drain(..=end);
        self.searched = 0;
        message.map(Some)
    }
}

fn parse(line: &[u8]) -> Result<Message, MonitorFailure> {
    let broken = MonitorFailure::Protocol;
    let Ok(Value::Object(mut line)) = serde_json::from_slice(line) else {
        return Err(broken("a line is not a JSON object"));
    };
    if let Some(greeting) = line.get("QMP") {
        let part =
            |name: &str| greeting.pointer(&format!("/version/qemu/{name}")).and_then(Value::as_u64);
        return Ok(Message::Greeting(["major", "minor", "micro"].map(|n| part(n).unwrap_or(0))));
    }
    let id = line.get("id").and_then(Value::as_u64);
    if let Some(value) = line.remove("return") {
        return Ok(Message::Return { id, value });
    }
    if let Some(error) = line.get("error") {
        let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
        return match (text("class"), text("desc")) {
            (Some(class), Some(text)) => {
                Ok(Message::Error { id, response: ErrorResponse { class, text } })
            }
            _ => Err(broken("an error without class or description")),
        };
    }
    let Some(name) = line.get("event") else { return Err(broken("an unknown message")) };
    let name = name.as_str().unwrap_or_default().to_owned();
    Ok(Message::Event { name, data: line.remove("data").unwrap_or_default() })
}

/// Encodes a command.
pub fn command(name: &str, arguments: Option<Value>, id: u64) -> Vec<u8> {
    let mut line = Map::new();
    line.insert("execute".into(), name.into());
    line.insert("id".into(), id.into());
    if let Some(arguments) = arguments {
        line.insert("arguments".into(), arguments);
    }
    let mut line = Value::Object(line).to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(line: &str) -> Result<Option<Message>, MonitorFailure> {
        let mut inbox = Inbox::default();
        inbox.push(line.as_bytes());
        inbox.push(b"\r\n");
        inbox.next_message()
    }

    #[test]
    fn each_type_of_message() {
        let greeting = r#"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7},
            "package": "Debian"}, "capabilities": ["oob"]}}"#
            .replace('\n', " ");
        assert_eq!(one(&greeting), Ok(Some(Message::Greeting([7, 2, 22]))));
        let value = json!([{"label": "compat"}]);
        assert_eq!(
            one(r#"{"return": [{"label": "compat"}], "id": 7}"#),
            Ok(Some(Message::Return { id: Some(7), value }))
        );
        let response = ErrorResponse { class: "CommandNotFound".into(), text: "no \"x\"".into() };
        assert_eq!(
            one(r#"{"id": 9, "error": {"class": "CommandNotFound", "desc": "no \"x\""}}"#),
            Ok(Some(Message::Error { id: Some(9), response }))
        );
        let event = r#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}"#;
        let plain = |name: &str| Message::Event { name: name.into(), data: Value::Null };
        assert_eq!(one(event), Ok(Some(plain("STOP"))));
        assert_eq!(one(r#"{"event": ["STOP"]}"#), Ok(Some(plain(""))));
        let data = json!({"device": "x"});
        let event = Message::Event { name: "DEVICE_DELETED".into(), data };
        let line = r#"{"event": "DEVICE_DELETED", "data": {"device": "x"}}"#;
        assert_eq!(one(line), Ok(Some(event)));
    }

    #[test]
    fn invalid_messages() {
        let deep = format!("{{\"return\": {}", "[".repeat(100_000));
        let closed = format!("{{\"return\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
        let bad = ["", "[]", "{}", "x", "{\"error\": 3}", "\u{0}", "{\"id\": 1}", &deep, &closed];
        for line in bad {
            assert!(matches!(one(line), Err(MonitorFailure::Protocol(_))), "{line:.40}");
        }
        let mut inbox = Inbox::default();
        inbox.push(b"{\"return\": \"\xff\"}\r\n");
        assert!(inbox.next_message().is_err());
    }

    #[test]
    fn lines_come_in_pieces_and_together() {
        let mut inbox = Inbox::default();
        for &byte in br#"{"return": 1, "id": 1}"# {
            inbox.push(&[byte]);
            assert_eq!(inbox.next_message(), Ok(None));
        }
        inbox.push(b"\r\n{\"event\": 1}\n{\"event");
        assert!(matches!(inbox.next_message(), Ok(Some(Message::Return { .. }))));
        assert!(matches!(inbox.next_message(), Ok(Some(Message::Event { .. }))));
        assert_eq!(inbox.next_message(), Ok(None));
        inbox.push(b"\": 2}\n");
        assert!(matches!(inbox.next_message(), Ok(Some(Message::Event { .. }))));
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error() {
        let mut inbox = Inbox::default();
        inbox.push(&vec![b' '; MAX_MESSAGE]);
        assert_eq!(inbox.next_message(), Ok(None));
        inbox.push(b" ");
        assert_eq!(inbox.next_message(), Err(MonitorFailure::TooLong));
        let mut inbox = Inbox::default();
        inbox.push(&vec![b' '; MAX_MESSAGE + 1]);
        inbox.push(b"\n");
        assert_eq!(inbox.next_message(), Err(MonitorFailure::TooLong));
    }

    #[test]
    fn error_codes_of_classes() {
        let error = |class: &str| {
            MonitorFailure::Refused(ErrorResponse { class: class.into(), text: String::new() })
                .error()
        };
        assert_eq!(error("GenericError"), Error::QmpGeneric);
        assert_eq!(error("CommandNotFound"), Error::QmpCommandNotFound);
        assert_eq!(error("DeviceNotActive"), Error::QmpDeviceNotActive);
        assert_eq!(error("DeviceNotFound"), Error::QmpDeviceNotFound);
        assert_eq!(error("KVMMissingCap"), Error::UnknownQmpError);
    }

    #[test]
    fn a_command_is_one_line() {
        let line = command("human-monitor-command", Some(json!({"command-line": "a\n\"b"})), 5);
        let text = String::from_utf8(line).unwrap();
        assert!(text.ends_with('\n') && !text[..text.len() - 1].contains(['\r', '\n']));
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            read,
            json!({"execute": "human-monitor-command", "id": 5,
                   "arguments": {"command-line": "a\n\"b"}})
        );
    }

    #[test]
    fn text_in_log_lines_is_truncated() {
        assert_eq!(Shown("ü").to_string(), "ü");
        assert_eq!(Shown(&"ü".repeat(600)).to_string(), "ü".repeat(512) + "...");
        assert_eq!(Shown(&"x".repeat(600)).to_string().len(), 515);
    }
}
