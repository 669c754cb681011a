//! Tests with a real QEMU, if one is installed, and with fakes that behave like one or misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::FromRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::json;

use super::super::message::ErrorResponse;
use super::*;

const GREETING: &str =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 2, \"major\": 7}}}}\r\n";

/// A limit for each step of a test.
const LONG: Duration = Duration::from_secs(20);

type QmpResult<T> = std::result::Result<T, MonitorFailure>;

/// Waits for `future`; `None` if it takes too long.
fn within<T>(runtime: &Runtime, time: Duration, future: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async {
        match select(pin!(future), pin!(runtime.sleep(time))).await {
            Either::Left((value, _)) => Some(value),
            Either::Right(_) => None,
        }
    })
}

/// Accepts one client in a thread and passes the stream to `serve`.
fn fake(serve: impl FnOnce(UnixStream) + Send + 'static) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("qmp");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    (dir, path)
}

/// A fake that sends a greeting, enters command mode, and answers a command with `answer`.
fn answering(answer: impl AsRef<[u8]> + Send + 'static) -> (tempfile::TempDir, PathBuf) {
    fake(move |mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        let _ = stream.write_all(answer.as_ref());
        // Waits until the client closes.
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

/// The id of the first command after the greeting.
const ID: u64 = FIRST_ID + 1;

async fn ask(runtime: &Runtime, path: &Path) -> QmpResult<Value> {
    let (mut connection, version) = Connection::open(runtime, path).await?;
    assert_eq!(version, [7, 2, 1]);
    connection.execute("query-x", Some(json!({"a": 1}))).await
}

fn answer_of(answer: impl AsRef<[u8]> + Send + 'static) -> QmpResult<Value> {
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
fn the_first_command_does_not_wait_for_the_greeting() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        let first = line(&stream);
        assert_eq!(first["execute"], "qmp_capabilities");
        let entered = format!("{{\"return\": {{}}, \"id\": {}}}\r\n", first["id"]);
        stream.write_all((GREETING.to_owned() + &entered).as_bytes()).unwrap();
        let command = line(&stream);
        let answer = format!("{{\"return\": 1, \"id\": {}}}\r\n", command["id"]);
        stream.write_all(answer.as_bytes()).unwrap();
        let _ = stream.read(&mut [0]);
    });
    assert_eq!(within(&runtime, LONG, ask(&runtime, &path)), Some(Ok(json!(1))));
}

#[test]
fn closing_ends_the_connection_despite_a_copy() {
    let runtime = Runtime::default();
    let (done, ended) = std::sync::mpsc::channel();
    let (_dir, path) = fake(move |mut stream| {
        greet(&mut stream);
        done.send(stream.read(&mut [0]).unwrap()).unwrap();
    });
    let (connection, _) =
        within(&runtime, LONG, Connection::open(&runtime, &path)).expect("an end").unwrap();
    // The copy stands for one in a child that was just forked.
    let _copy = connection.socket.get().try_clone().unwrap();
    drop(connection);
    assert_eq!(ended.recv_timeout(LONG), Ok(0));
}

#[test]
fn the_connection_is_usable_after_an_error_response() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let id = &line(&stream)["id"];
        let error = r#""error": {"class": "GenericError", "desc": "no"}"#;
        stream.write_all(format!("{{\"id\": {id}, {error}}}\r\n").as_bytes()).unwrap();
        let command = line(&stream);
        assert_eq!(command["execute"], "second");
        stream
            .write_all(format!("{{\"id\": {}, \"return\": 5}}\r\n", command["id"]).as_bytes())
            .unwrap();
    });
    let dialogue = async {
        let (mut connection, _) = Connection::open(&runtime, &path).await.unwrap();
        let response = ErrorResponse { class: "GenericError".into(), text: "no".into() };
        assert_eq!(connection.execute("first", None).await, Err(MonitorFailure::Refused(response)));
        assert_eq!(connection.execute("second", None).await, Ok(json!(5)));
        // The fake has closed the connection, after which no command is sent.
        assert_eq!(connection.execute("third", None).await, Err(MonitorFailure::Closed));
        let Err(MonitorFailure::Protocol(_)) = connection.execute("fourth", None).await else {
            panic!()
        };
    };
    within(&runtime, LONG, dialogue).expect("an end");
}

#[test]
fn invalid_answers() {
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
        format!("{{\"id\": {ID}.0, \"return\": 1}}\r\n"),
        format!("{{\"id\": -{ID}, \"return\": 1}}\r\n"),
        format!("{{\"id\": {ID}00000000000000000000, \"return\": 1}}\r\n"),
        format!("{{\"id\": [{ID}], \"return\": 1}}\r\n"),
        format!("{{\"id\": {ID}, \"return\": 1e999999}}\r\n"),
        format!("{{\"id\": {ID}, \"return\": -{}}}\r\n", "9".repeat(5000)),
        format!("{{\"id\": {ID}, \"return\": \"\\ud800\"}}\r\n"),
        format!("{{\"id\": {ID}, \"return\": 1}} {{\"id\": {ID}, \"return\": 2}}\r\n"),
        format!("{{\"id\": {ID}, \"return\": 1\r\n}}\r\n"),
        format!("{{\"id\": {ID}, \"error\": {{\"class\": 1, \"desc\": []}}}}\r\n"),
        "\r\n".to_owned(),
        "\n".repeat(100_000),
    ];
    for answer in answers {
        let shown = format!("{answer:.60}");
        let met = answer_of(answer).map_err(|failure| failure.error());
        assert_eq!(met, Err(Error::ProtocolErrorQmp), "{shown}");
    }
}

#[test]
fn unusual_valid_answers() {
    let answers = [
        // The last of two members with one name counts, as in C.
        (format!("{{\"id\": 1, \"id\": {ID}, \"return\": 1, \"return\": 2}}\n"), json!(2)),
        (format!(" {{ \"x\" : {{}} , \"return\" : null , \"id\" : {ID} }} \r\r\n"), json!(null)),
        (format!("{{\"return\": {}, \"id\": {ID}}}\r\n", u64::MAX), json!(u64::MAX)),
        (
            format!("{{\"return\": {}{}, \"id\": {ID}}}\r\n", "[".repeat(100), "]".repeat(100)),
            serde_json::from_str(&format!("{}{}", "[".repeat(100), "]".repeat(100))).unwrap(),
        ),
    ];
    for (answer, value) in answers {
        let shown = format!("{answer:.60}");
        assert_eq!(answer_of(answer), Ok(value), "{shown}");
    }
}

#[test]
fn answers_byte_by_byte() {
    let runtime = Runtime::default();
    let (_dir, path) = fake(|mut stream| {
        greet(&mut stream);
        let _ = line(&stream);
        let answer =
            format!("{{\"event\": \"X\"}}\r\n{{\"id\": {ID}, \"return\": [\"\u{e9}\"]}}\r\n");
        for byte in answer.bytes() {
            stream.write_all(&[byte]).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
    });
    let met = within(&runtime, LONG, ask(&runtime, &path)).expect("an end");
    assert_eq!(met, Ok(json!(["\u{e9}"])));
}

#[test]
fn a_line_that_is_too_long_is_an_error() {
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
fn endless_events_do_not_delay_the_deadline() {
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
fn a_peer_that_closes() {
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
fn a_peer_that_never_answers() {
    let runtime = Runtime::default();
    let (_dir, silent) = fake(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let (_dir2, late) = answering("");
    for path in [silent, late] {
        let began = Instant::now();
        assert_eq!(within(&runtime, Duration::from_millis(200), ask(&runtime, &path)), None);
        assert!(began.elapsed() < LONG / 2);
    }
}

#[test]
fn a_peer_that_never_reads() {
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

/// The descriptors that a fake receives with the next line, and that line.
fn line_with_fds(stream: &UnixStream) -> (Vec<OwnedFd>, Value) {
    use nix::sys::socket::{ControlMessageOwned, recvmsg};
    let mut byte = [0];
    let mut space = nix::cmsg_space!([i32; 4]);
    let mut bytes = [std::io::IoSliceMut::new(&mut byte)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let met = recvmsg::<()>(stream.as_raw_fd(), &mut bytes, Some(&mut space), flags).unwrap();
    let mut fds = Vec::new();
    for message in met.cmsgs().unwrap() {
        let ControlMessageOwned::ScmRights(received) = message else { continue };
        // SAFETY: the kernel has created these descriptors for this process, and nothing else uses them.
        fds.extend(received.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
    }
    assert_eq!(&byte, b"{");
    let mut rest = String::from("{");
    BufReader::with_capacity(1, stream).read_line(&mut rest).unwrap();
    (fds, serde_json::from_str(&rest).unwrap())
}

#[test]
fn a_descriptor_is_sent_with_its_command_only() {
    let runtime = Runtime::default();
    let (tell, told) = std::sync::mpsc::channel();
    let (_dir, path) = fake(move |mut stream| {
        greet(&mut stream);
        for _ in 0..3 {
            let (fds, command) = line_with_fds(&stream);
            let text = fds.into_iter().map(|fd| {
                let mut text = String::new();
                std::fs::File::from(fd).read_to_string(&mut text).unwrap();
                text
            });
            tell.send((command["execute"].to_string(), text.collect::<Vec<_>>())).unwrap();
            let answer = format!("{{\"return\": {{}}, \"id\": {}}}\r\n", command["id"]);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"medium").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let dialogue = async {
        let (mut connection, _) = Connection::open(&runtime, &path).await.unwrap();
        connection.execute("before", None).await.unwrap();
        let long = json!({"opaque": "x".repeat(1 << 20)});
        connection.execute_with_fd("add-fd", Some(long), Some(file.as_fd())).await.unwrap();
        connection.execute("after", None).await.unwrap();
    };
    within(&runtime, LONG, dialogue).expect("an end");
    let told: Vec<_> = told.iter().collect();
    let medium = vec!["medium".to_owned()];
    let expected = [("before", vec![]), ("add-fd", medium), ("after", vec![])];
    assert_eq!(told, expected.map(|(name, fds)| (format!("\"{name}\""), fds)));
}

#[test]
fn events_are_kept_for_the_caller() {
    let runtime = Runtime::default();
    let (go, gone) = std::sync::mpsc::channel();
    let (_dir, path) = fake(move |mut stream| {
        let deleted = |device: u32| {
            let data = format!("\"data\": {{\"device\": {device}}}");
            format!("{{\"event\": \"DEVICE_DELETED\", {data}}}\r\n")
        };
        greet(&mut stream);
        let id = &line(&stream)["id"];
        let many: String = (0..1000).map(deleted).collect();
        let stop = "{\"event\": \"STOP\"}\r\n";
        let answer = format!("{many}{stop}{{\"return\": 1, \"id\": {id}}}\r\n{stop}");
        stream.write_all(answer.as_bytes()).unwrap();
        // The event arrives in two pieces, and the wait is dropped after the first.
        let late = deleted(7000);
        let (first, second) = late.as_bytes().split_at(10);
        gone.recv().unwrap();
        stream.write_all(first).unwrap();
        let id = &line(&stream)["id"];
        stream.write_all(second).unwrap();
        let answer = format!("{{\"return\": 2, \"id\": {id}}}\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let is = |device: u64| move |data: &Value| data["device"] == device;
    let dialogue = async {
        let (mut connection, _) = Connection::open(&runtime, &path).await.unwrap();
        connection.kept = Some("DEVICE_DELETED");
        connection.execute("first", None).await.unwrap();
        // The oldest events were dropped.
        assert_eq!(connection.events.len(), MAX_EVENTS);
        assert_eq!(connection.event(is(998)).await, Ok(json!({"device": 998})));
        assert_eq!(connection.events.len(), 1);
        go.send(()).unwrap();
        {
            let wait = pin!(connection.event(is(7000)));
            let short = pin!(runtime.sleep(Duration::from_millis(100)));
            assert!(matches!(select(wait, short).await, Either::Right(_)));
        }
        assert_eq!(connection.execute("second", None).await, Ok(json!(2)));
        assert_eq!(connection.event(is(7000)).await, Ok(json!({"device": 7000})));
        assert_eq!(connection.event(|_| true).await, Err(MonitorFailure::Closed));
        let Err(MonitorFailure::Protocol(_)) = connection.execute("third", None).await else {
            panic!()
        };
    };
    within(&runtime, LONG, dialogue).expect("an end");
}

#[test]
fn no_listener() {
    let runtime = Runtime::default();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("qmp");
    let met = || within(&runtime, LONG, ask(&runtime, &path)).expect("an end");
    let failed = |errno| Err(MonitorFailure::System("connect to", errno));
    assert_eq!(met(), failed(Errno::ENOENT));
    drop(UnixListener::bind(&path).unwrap());
    assert_eq!(met(), failed(Errno::ECONNREFUSED));
}

/// A running QEMU whose monitor listens at a path.
struct Qemu {
    process: Child,
    dir: tempfile::TempDir,
}

impl Qemu {
    /// `None` if QEMU is not installed.
    fn start(arguments: &[&str]) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("qmp");
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-nodefaults", "-display", "none"]).args(arguments).arg("-qmp");
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
fn a_real_qemu() {
    let Some(mut qemu) = Qemu::start(&["-machine", "none"]) else {
        eprintln!("skipped: qemu-system-x86_64 is not installed");
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
        // These cause events, after which the connection is still usable.
        connection.execute("stop", None).await.unwrap();
        connection.execute("cont", None).await.unwrap();
        let status = connection.execute("query-status", None).await.unwrap();
        assert_eq!(status["status"], "running");
        connection
    };
    let mut connection = within(&runtime, LONG, dialogue).expect("an end");
    // QEMU accepts one client at a time: the next one gets no greeting while this one is connected.
    let short = Duration::from_millis(300);
    assert!(within(&runtime, short, Connection::open(&runtime, &path)).is_none());
    qemu.process.kill().unwrap();
    let answer = within(&runtime, LONG, connection.execute("query-status", None));
    assert_eq!(answer.expect("an end"), Err(MonitorFailure::Closed));
}

/// The steps of a CD change, with a drive like a guest's.
#[test]
fn a_real_qemu_changes_a_medium() {
    // This QEMU is not stopped: a stopped one would keep unused descriptors.
    let drive = ["-machine", "pc", "-drive", "if=none,id=ide-5632", "-device"];
    let Some(qemu) = Qemu::start(&[&drive[..], &["ide-cd,drive=ide-5632,id=ide-5632"]].concat())
    else {
        eprintln!("skipped: qemu-system-x86_64 is not installed");
        return;
    };
    let runtime = Runtime::default();
    let mut medium = tempfile::NamedTempFile::new().unwrap();
    medium.write_all(&[0; 4096]).unwrap();
    let dialogue = async {
        let (mut connection, _) = Connection::open(&runtime, &qemu.path()).await.unwrap();
        let drive = json!({"id": "ide-5632"});
        // The drive is empty.
        connection.execute("eject", Some(drive.clone())).await.unwrap();
        let opaque = json!({"opaque": "raw:\u{e9}"});
        let file = medium.as_file().as_fd();
        let answer = connection.execute_with_fd("add-fd", Some(opaque), Some(file)).await.unwrap();
        let set = answer["fdset-id"].as_u64().unwrap();
        let filename = format!("/dev/fdset/{set}");
        let arguments = json!({"id": "ide-5632", "filename": filename, "format": "raw"});
        connection.execute("blockdev-change-medium", Some(arguments)).await.unwrap();
        let shown = connection.execute("query-block", None).await.unwrap();
        assert_eq!(shown[0]["inserted"]["image"]["virtual-size"], 4096, "{shown}");
        assert_eq!(shown[0]["inserted"]["file"], filename);
        // `add-fd` without a descriptor fails.
        let refused = connection.execute("add-fd", None).await.map_err(|e| e.error());
        assert_eq!(refused, Err(Error::QmpGeneric));
        connection.execute("eject", Some(drive)).await.unwrap();
        let shown = connection.execute("query-block", None).await.unwrap();
        assert_eq!(shown[0]["inserted"], Value::Null, "{shown}");
        connection.execute("remove-fd", Some(json!({"fdset-id": set}))).await.unwrap();
        assert_eq!(connection.execute("query-fdsets", None).await, Ok(json!([])));
        let arguments = json!({"driver": "pci-testdev", "id": "t"});
        connection.execute("device_add", Some(arguments)).await.unwrap();
        connection.kept = Some("DEVICE_DELETED");
        // A drive at an IDE controller cannot be unplugged.
        let refused = connection.execute("device_del", Some(json!({"id": "ide-5632"}))).await;
        assert_eq!(refused.map_err(|e| e.error()), Err(Error::QmpGeneric));
        assert!(connection.events.is_empty());
    };
    within(&runtime, LONG, dialogue).expect("an end");
}
