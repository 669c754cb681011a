//! The dialogue with a real QEMU, where one is installed, and with others that only claim to be one.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::json;

use super::super::message::Refusal;
use super::*;

const GREETING: &str =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 2, \"major\": 7}}}}\r\n";

/// As long as anything here may take.
const LONG: Duration = Duration::from_secs(20);

type Met<T> = std::result::Result<T, MonitorFailure>;

/// Waits for `future`; `None` if it takes too long.
fn within<T>(runtime: &Runtime, time: Duration, future: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async {
        match select(pin!(future), pin!(runtime.sleep(time))).await {
            Either::Left((value, _)) => Some(value),
            Either::Right(_) => None,
        }
    })
}

/// Serves one client by `serve`, which gets the stream and one line of the client's at each call of the function.
fn fake(serve: impl FnOnce(UnixStream) + Send + 'static) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("qmp");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    (dir, path)
}

/// One who greets, enters command mode, and answers a command with `answer`.
fn answering(answer: impl AsRef<[u8]> + Send + 'static) -> (tempfile::TempDir, PathBuf) {
    fake(move |mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        let _ = stream.write_all(answer.as_ref());
        // Until the client has gone.
        let _ = stream.read(&mut [0]);
    })
}

fn greet(stream: &mut UnixStream) {
    stream.write_all(GREETING.as_bytes()).unwrap();
    let first = line(stream);
    assert_eq!(first["execute"], "qmp_capabilities");
    stream
        .write_all(format!("{{\"return\": {{}}, \"id\": {}}}\r\n", first["id"]).as_bytes())
        .unwrap();
}

fn line(stream: &UnixStream) -> Value {
    let mut line = String::new();
    BufReader::with_capacity(1, stream).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or(Value::Null)
}

/// The number of the first command after the greeting.
const ID: u64 = FIRST_ID + 1;

async fn ask(runtime: &Runtime, path: &Path) -> Met<Value> {
    let (mut connection, version) = Connection::open(runtime, path).await?;
    assert_eq!(version, [7, 2, 1]);
    connection.execute("query-x", Some(json!({"a": 1}))).await
}

fn answer_of(answer: impl AsRef<[u8]> + Send + 'static) -> Met<Value> {
    let runtime = Runtime::default();
    let (_dir, path) = answering(answer);
    within(&runtime, LONG, ask(&runtime, &path)).expect("an end")
}

#[test]
fn an_answer_comes_between_events() {
    let event = "{\"event\": \"STOP\", \"timestamp\": {}}\r\n".repeat(5000);
    let answer = format!("{event}{{\"id\": {ID}, \"return\": [\"x\"]}}\r\n{event}");
    assert_eq!(answer_of(answer), Ok(json!(["x"])));
}

#[test]
fn the_end_is_the_end_whoever_has_a_copy() {
    let runtime = Runtime::default();
    let (done, ended) = std::sync::mpsc::channel();
    let (_dir, path) = fake(move |mut stream| {
        greet(&mut stream);
        done.send(stream.read(&mut [0]).unwrap()).unwrap();
    });
    let (connection, _) =
        within(&runtime, LONG, Connection::open(&runtime, &path)).expect("an end").unwrap();
    // As a process has it that was forked a moment ago.
    let _copy = connection.socket.get().try_clone().unwrap();
    drop(connection);
    assert_eq!(ended.recv_timeout(LONG), Ok(0));
}

#[test]
fn a_refused_command_is_not_the_end() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let id = &line(&stream)["id"];
        let refusal = r#""error": {"class": "GenericError", "desc": "no"}"#;
        stream.write_all(format!("{{\"id\": {id}, {refusal}}}\r\n").as_bytes()).unwrap();
        let command = line(&stream);
        assert_eq!(command["execute"], "second");
        stream
            .write_all(format!("{{\"id\": {}, \"return\": 5}}\r\n", command["id"]).as_bytes())
            .unwrap();
    });
    let dialogue = async {
        let (mut connection, _) = Connection::open(&runtime, &path).await.unwrap();
        let refusal = Refusal { class: "GenericError".into(), text: "no".into() };
        assert_eq!(connection.execute("first", None).await, Err(MonitorFailure::Refused(refusal)));
        assert_eq!(connection.execute("second", None).await, Ok(json!(5)));
        // It has closed; and from then on nothing is sent any more.
        assert_eq!(connection.execute("third", None).await, Err(MonitorFailure::Closed));
        let Err(MonitorFailure::Protocol(_)) = connection.execute("fourth", None).await else {
            panic!()
        };
    };
    within(&runtime, LONG, dialogue).expect("an end");
}

#[test]
fn answers_that_make_no_sense() {
    let deep = format!("{{\"id\": {ID}, \"return\": {}", "[".repeat(200_000));
    let answers = [
        "garbage\r\n".to_owned(),
        "\u{0}\r\n".to_owned(),
        GREETING.to_owned(),
        format!("{{\"return\": {{}}, \"id\": {}}}\r\n", ID + 1),
        format!("{{\"return\": {{}}, \"id\": \"{ID}\"}}\r\n"),
        "{\"return\": {}}\r\n".to_owned(),
        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"who?\"}}\r\n".to_owned(),
        format!("{{\"id\": {ID}, \"error\": {{}}}}\r\n"),
        format!("{deep}\r\n"),
        format!("{deep}{}}}\r\n", "]".repeat(200_000)),
    ];
    for answer in answers {
        let shown = format!("{answer:.60}");
        let met = answer_of(answer).map_err(|failure| failure.error());
        assert_eq!(met, Err(Error::ProtocolErrorQmp), "{shown}");
    }
}

#[test]
fn a_line_without_end_has_one() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        while stream.write_all(&[b'['; 65536]).is_ok() {}
    });
    let met = within(&runtime, LONG, ask(&runtime, &path)).expect("an end");
    assert_eq!(met, Err(MonitorFailure::TooLong));
    assert_eq!(MonitorFailure::TooLong.error(), Error::BufferFull);
}

#[test]
fn events_without_end_do_not_hide_the_clock() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        let events = "{\"event\": 1}\r\n".repeat(1000);
        while stream.write_all(events.as_bytes()).is_ok() {}
    });
    let began = Instant::now();
    assert_eq!(within(&runtime, Duration::from_millis(300), ask(&runtime, &path)), None);
    assert!(began.elapsed() < LONG / 2);
}

#[test]
fn one_who_closes() {
    for sent in ["", "{\"QMP\"", "{\"event\": 1}\r\n", GREETING] {
        let runtime = Runtime::default();
        let (_dir, path) = fake(move |mut stream| stream.write_all(sent.as_bytes()).unwrap());
        let met = within(&runtime, LONG, ask(&runtime, &path)).expect("an end");
        let met = met.map_err(|failure| failure.error());
        assert_eq!(met, Err(Error::ProtocolErrorQmp), "after {sent:?}");
    }
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        stream.write_all(b"{\"return\": ").unwrap();
    });
    assert_eq!(within(&runtime, LONG, ask(&runtime, &path)), Some(Err(MonitorFailure::Closed)));
}

#[test]
fn one_who_never_answers() {
    let runtime = Runtime::default();
    let (_dir, silent) = fake(|mut stream| {
        let _ = stream.read(&mut [0]);
    });
    let (_dir2, late) = answering("");
    for path in [silent, late] {
        let began = Instant::now();
        assert_eq!(within(&runtime, Duration::from_millis(200), ask(&runtime, &path)), None);
        assert!(began.elapsed() < LONG / 2);
    }
}

#[test]
fn one_who_reads_nothing() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        thread::sleep(LONG);
    });
    let long = json!({"command-line": "x".repeat(4 << 20)});
    let asking = async {
        let (mut connection, _) = Connection::open(&runtime, &path).await.unwrap();
        connection.execute("human-monitor-command", Some(long)).await
    };
    assert_eq!(within(&runtime, Duration::from_millis(300), asking), None);
}

#[test]
fn nobody_there() {
    let runtime = Runtime::default();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("qmp");
    let met = || within(&runtime, LONG, ask(&runtime, &path)).expect("an end");
    let failed = |errno| Err(MonitorFailure::System("connect to", errno));
    assert_eq!(met(), failed(Errno::ENOENT));
    drop(UnixListener::bind(&path).unwrap());
    assert_eq!(met(), failed(Errno::ECONNREFUSED));
}

/// A QEMU without a machine to speak of, whose monitor listens at a path.
struct Qemu {
    process: Child,
    dir: tempfile::TempDir,
}

impl Qemu {
    /// `None` where it is not installed.
    fn start() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("qmp");
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-machine", "none", "-nodefaults", "-display", "none", "-qmp"]);
        command.arg(format!("unix:{},server=on,wait=off", path.display()));
        let process = match command.stdin(Stdio::null()).spawn() {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
            other => other.unwrap(),
        };
        let until = Instant::now() + LONG;
        while UnixStream::connect(&path).is_err() {
            assert!(Instant::now() < until, "QEMU does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(Self { process, dir })
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("qmp")
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_real_one() {
    let Some(mut qemu) = Qemu::start() else {
        eprintln!("there is no qemu-system-x86_64 here");
        return;
    };
    let runtime = Runtime::default();
    let path = qemu.path();
    let dialogue = async {
        let (mut connection, version) = Connection::open(&runtime, &path).await.unwrap();
        assert!(version[0] >= 5, "{version:?}");
        let status = connection.execute("query-status", None).await.unwrap();
        assert_eq!(status["running"], true);
        let told = |text: &str| json!({"command-line": text});
        let name = "human-monitor-command";
        let answer = connection.execute(name, Some(told("info version"))).await.unwrap();
        let version = format!("{}.{}.{}", version[0], version[1], version[2]);
        assert!(answer.as_str().unwrap().starts_with(&version), "{answer}");
        let answer = connection.execute(name, Some(told("no-such \u{e9}\"\n"))).await.unwrap();
        assert!(answer.as_str().unwrap().contains("unknown command"), "{answer}");
        let answer = connection.execute("no-such-command", None).await;
        assert_eq!(answer.map_err(|e| e.error()), Err(Error::QmpCommandNotFound));
        let answer = connection.execute("device_del", Some(json!({"id": "x"}))).await;
        assert_eq!(answer.map_err(|e| e.error()), Err(Error::QmpDeviceNotFound));
        // Events come with these, and the connection is still good.
        connection.execute("stop", None).await.unwrap();
        connection.execute("cont", None).await.unwrap();
        let status = connection.execute("query-status", None).await.unwrap();
        assert_eq!(status["status"], "running");
        connection
    };
    let mut connection = within(&runtime, LONG, dialogue).expect("an end");
    // One client at a time: the next one waits for its greeting until this one has gone.
    let short = Duration::from_millis(300);
    assert!(within(&runtime, short, Connection::open(&runtime, &path)).is_none());
    qemu.process.kill().unwrap();
    let answer = within(&runtime, LONG, connection.execute("query-status", None));
    assert_eq!(answer.expect("an end"), Err(MonitorFailure::Closed));
}
