//! Tests with shell scripts as bootloaders.

use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::future::{Future, pending};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};

use super::*;
use crate::lifecycle::payload::Source;
use crate::runtime::Runtime;
use crate::runtime::child::tests::endings::Tracer;
use crate::runtime::child::{Children, Outcome, SigchldOwner};
use crate::xen::log::Log;

const LOG: Log = Log::none();

struct Fixture {
    runtime: Runtime,
    children: Children,
    dir: tempfile::TempDir,
    files: Option<BootloaderFiles>,
    own: Terminal,
    user: Terminal,
    grace: Duration,
}

impl Fixture {
    fn new() -> Self {
        let runtime = Runtime::default();
        let children = Children::new(runtime.clone(), 0, |_| {});
        // Other tests of this process have children too.
        children.set_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let files = Some(BootloaderFiles::new(&LOG, 7, dir.path(), dir.path()).unwrap());
        let terminal = || Terminal::open().unwrap();
        // A loaded machine may be slow.
        let grace = Duration::from_secs(60);
        Self { runtime, children, dir, files, own: terminal(), user: terminal(), grace }
    }

    fn files(&self) -> &BootloaderFiles {
        self.files.as_ref().unwrap()
    }

    fn script(&self, text: &str) -> PathBuf {
        let path = self.dir.path().join("bootloader");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    /// Runs a script, whose arguments are the directory and the output file.
    fn run(&self, text: &str, stop: impl Future<Output = Error>) -> Result<Outcome> {
        let files = self.files();
        let program = Program::new(self.script(text)).argument(&files.directory);
        self.run_program(program.argument(&files.output).variable("TERM", "vt100"), stop)
    }

    fn run_program(
        &self,
        program: Program<'_>,
        stop: impl Future<Output = Error>,
    ) -> Result<Outcome> {
        let session = Session {
            runtime: &self.runtime,
            children: &self.children,
            log: &LOG,
            domid: 7,
            user: &self.user,
            log_file: &self.files().log_file,
            grace: self.grace,
        };
        let ended = self.runtime.block_on(session.run(program, &self.own, stop));
        ended.map(|(_, outcome)| outcome)
    }

    fn logged(&self) -> String {
        fs::read_to_string(&self.files().log_path).unwrap()
    }

    /// Yields `error` once the output contains `words`.
    async fn after(&self, words: &str, error: Error) -> Error {
        while !self.logged().contains(words) {
            self.runtime.sleep(Duration::from_millis(5)).await.unwrap();
        }
        error
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.runtime.shut_down();
        self.children.shut_down();
    }
}

/// A user at a terminal.
struct User(fs::File);

impl User {
    fn at(terminal: &Terminal) -> Self {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(libc::O_NOCTTY);
        Self(options.open(terminal.name()).unwrap())
    }

    /// Reads up to `end`.
    fn expect(&mut self, end: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(end.as_bytes()) {
            let mut fds = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            assert_eq!(poll(&mut fds, 20_000u16), Ok(1), "{:?}", String::from_utf8_lossy(&seen));
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            seen.extend(byte);
        }
        String::from_utf8(seen).unwrap()
    }
}

#[test]
fn a_bootloaders_files_are_read() {
    let mut fixture = Fixture::new();
    let script = r#"
        echo "working in $1"
        printf KERNEL > "$1/k"
        mkdir "$1/more" && printf RAMDISK > "$1/more/r" && echo left > "$1/more/left"
        printf 'kernel %s\0ramdisk %s\0args a b\0' "$1/k" "$1/more/r" > "$2"
    "#;
    assert!(fixture.run(script, pending()).unwrap().success());
    let images = Images::new(&LOG, 7, None, 1 << 20).unwrap();
    let payload = output::take(&LOG, 7, &fixture.files().output, &images).unwrap();
    let image = |source: Option<Source>| source.unwrap().content.unwrap();
    assert_eq!(image(payload.kernel), b"KERNEL");
    assert_eq!(image(payload.ramdisk), b"RAMDISK");
    assert_eq!(payload.cmdline.unwrap().as_bytes(), b"a b");
    let files = fixture.files();
    let directory = files.directory.clone();
    assert_eq!(fixture.logged(), format!("working in {}\n", directory.display()));
    assert!(directory.join("more/left").exists() && !directory.join("more/r").exists());
    fixture.files = None;
    let mut left: Vec<_> =
        fs::read_dir(fixture.dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["bootloader", "bootloader.7.log"]);
}

/// A pygrub that its guest controls, and that runs as another user in an empty directory, can write only its two files
/// and the output.
#[test]
fn a_restricted_hostile_bootloader_gets_no_other_file() {
    let canaries = tempfile::tempdir().unwrap();
    let canary = canaries.path().join("canary");
    fs::write(&canary, "secret").unwrap();
    let path = canary.to_str().unwrap();
    for ramdisk in [
        r#"printf 'ramdisk %s\0' CANARY"#,
        r#"printf 'args x\0ramdisk %s\0' CANARY"#,
        r#"ln -s CANARY "$1/r"; printf 'ramdisk %s\0' "$1/r""#,
        r#"printf 'ramdisk %s/../../../../../../../..%s\0' "$1" CANARY"#,
        r#"ln -s / "$1/r"; printf 'ramdisk %s%s\0' "$1/r" CANARY"#,
        r#"printf '\033]0;title\007\0'"#,
        r#"printf 'kernel %s\0' CANARY"#,
        "head -c 1000000 /dev/zero",
    ] {
        let fixture = Fixture::new();
        let text = r#"printf KERNEL > "$1/k"; { printf 'kernel %s\0' "$1/k"; RAMDISK; } > "$2""#;
        let text = text.replace("RAMDISK", ramdisk).replace("CANARY", path);
        assert!(fixture.run(&text, pending()).unwrap().success());
        let files = fixture.files();
        let images = Images::new(&LOG, 7, Some(&files.directory), 1 << 20).unwrap();
        assert_eq!(output::take(&LOG, 7, &files.output, &images), Err(Error::Fail), "{ramdisk}");
        assert_eq!(fs::read_to_string(&canary).unwrap(), "secret", "{ramdisk}");
    }
}

#[test]
fn a_bootloader_has_a_terminal_of_its_own() {
    let fixture = Fixture::new();
    let script = r#"
        for fd in 0 1 2; do [ -t $fd ] || echo "no terminal: $fd"; done
        # The sixth word is the session, the seventh the terminal's number, the eighth its group.
        read -r pid name state parent group session tty foreground rest < /proc/$$/stat
        [ "$session" = $$ ] && [ "$tty" != 0 ] && [ "$foreground" = $$ ] || echo "bad session"
        echo "to the terminal" > /dev/tty
        echo $TERM >&2
        # Descriptor 3 is the directory, which ls opens itself.
        exec ls -1 /proc/self/fd
    "#;
    assert!(fixture.run(script, pending()).unwrap().success());
    assert_eq!(fixture.logged(), "to the terminal\nvt100\n0\n1\n2\n3\n");
}

#[test]
fn a_bootloader_that_cannot_be_killed_does_not_hold_up_the_operation() {
    let mut fixture = Fixture::new();
    fixture.grace = Duration::from_millis(100);
    fixture.children.set_timeouts(Duration::from_millis(300), Duration::from_millis(300));
    let told = fixture.dir.path().join("pid");
    let tracer = RefCell::new(None);
    let pause = || async { fixture.runtime.sleep(Duration::from_millis(10)).await.unwrap() };
    let stop = async {
        loop {
            let text = fs::read_to_string(&told).unwrap_or_default();
            if let Some(pid) = text.strip_suffix('\n') {
                *tracer.borrow_mut() = Some(Tracer::of(pid.parse().unwrap()));
                return Error::Aborted;
            }
            pause().await;
        }
    };
    let script = format!("echo $$ > {}; exec sleep 100", told.display());
    let began = Instant::now();
    assert_eq!(fixture.run(&script, stop), Err(Error::Aborted));
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    assert_eq!(fixture.children.count(), 1);
    drop(tracer);
    fixture.runtime.block_on(async {
        while fixture.children.count() > 0 {
            pause().await;
        }
    });
}

#[test]
fn input_and_output_are_copied_to_the_users_terminal() {
    let fixture = Fixture::new();
    let name = fixture.user.name().to_owned();
    let mut user = User::at(&fixture.user);
    let user = thread::spawn(move || {
        let asked = user.expect("? ");
        user.0.write_all(b"two words\n").unwrap();
        (asked, user.expect(".\n"))
    });
    let script = r#"printf 'which? '; read -r answer; echo "you say $answer.""#;
    assert!(fixture.run(script, pending()).unwrap().success());
    let wanted = ("which? ".to_owned(), "you say two words.\n".to_owned());
    assert_eq!(user.join().unwrap(), wanted, "{}", name.display());
    assert_eq!(fixture.logged(), "which? you say two words.\n");
}

#[test]
fn output_that_nobody_reads_does_not_block_the_bootloader() {
    let fixture = Fixture::new();
    let script = r#"head -c 3000000 /dev/zero | tr '\0' x; echo; echo last words"#;
    assert!(fixture.run(script, pending()).unwrap().success());
    let logged = fixture.logged();
    assert_eq!(logged.len(), 3_000_000 + "\nlast words\n".len());
    assert!(logged.ends_with("x\nlast words\n"));
    // A user who connects late gets the beginning, as far as the terminal keeps it, and the end.
    let mut user = User::at(&fixture.user);
    user.expect("xxxx");
}

#[test]
fn the_outcome_is_returned() {
    for (script, code, signal) in
        [("exit 0", Some(0), None), ("exit 3", Some(3), None), ("kill -9 $$", None, Some(9))]
    {
        let outcome = Fixture::new().run(script, pending()).unwrap();
        let Outcome::Ended(status) = outcome else { panic!("{outcome:?}") };
        let ended = (status.code(), std::os::unix::process::ExitStatusExt::signal(&status));
        assert_eq!(ended, (code, signal), "{script}");
    }
}

#[test]
fn a_program_that_cannot_be_run_is_an_error() {
    let fixture = Fixture::new();
    let program = Program::new("/no/such/bootloader");
    assert_eq!(fixture.run_program(program, pending()), Err(Error::Fail));
    assert!(fixture.logged().contains("/no/such/bootloader"), "{}", fixture.logged());
}

#[test]
fn background_processes_are_not_waited_for() {
    let fixture = Fixture::new();
    let began = Instant::now();
    // The process has the terminal open, and ignores the SIGHUP at the end of its session.
    let script = r#"(trap '' HUP; exec sleep 60) & echo $! > "$1/pid"; echo done"#;
    assert!(fixture.run(script, pending()).unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(fixture.logged(), "done\n");
    let pid = fs::read_to_string(fixture.files().directory.join("pid")).unwrap();
    let pid = nix::unistd::Pid::from_raw(pid.trim().parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn a_bootloader_is_stopped_with_sigterm() {
    let fixture = Fixture::new();
    let stop = fixture.after("hello", Error::Aborted);
    let script = "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.01; done";
    assert_eq!(fixture.run(script, stop), Err(Error::Aborted));
    assert_eq!(fixture.logged(), "hello\nbye\n");
    assert_eq!(fixture.children.count(), 0, "it was reaped");
}

#[test]
fn a_bootloader_that_ignores_sigterm_is_killed() {
    let mut fixture = Fixture::new();
    fixture.grace = Duration::from_millis(100);
    let stop = fixture.after("deaf", Error::TimedOut);
    let script = "trap '' TERM HUP INT; echo deaf; while :; do sleep 0.01; done";
    assert_eq!(fixture.run(script, stop), Err(Error::TimedOut));
    assert_eq!(fixture.children.count(), 0);
}

#[test]
fn a_bootloader_whose_future_is_dropped_is_killed() {
    let fixture = Fixture::new();
    let files = fixture.files();
    let program = Program::new(fixture.script("echo $$ > \"$1\"/pid; exec sleep 60"))
        .argument(&files.directory);
    let session = Session {
        runtime: &fixture.runtime,
        children: &fixture.children,
        log: &LOG,
        domid: 7,
        user: &fixture.user,
        log_file: &files.log_file,
        grace: GRACE,
    };
    let file = files.directory.join("pid");
    let pid = {
        let mut run = Box::pin(session.run(program, &fixture.own, pending()));
        let mut waker_context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(run.as_mut().poll(&mut waker_context).is_pending());
        loop {
            match fs::read_to_string(&file).ok().and_then(|pid| pid.trim().parse::<i32>().ok()) {
                Some(pid) => break pid,
                None => thread::sleep(Duration::from_millis(1)),
            }
        }
    };
    let began = Instant::now();
    while fixture.children.count() > 0 {
        assert!(began.elapsed() < Duration::from_secs(20));
        fixture.runtime.dispatch();
        thread::sleep(Duration::from_millis(1));
    }
    assert!(nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None).is_err());
}

#[test]
fn files_of_an_earlier_bootloader_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let create = || BootloaderFiles::new(&LOG, 7, dir.path(), dir.path());
    let first = create().unwrap();
    fs::write(first.directory.join("old"), "x").unwrap();
    fs::write(&first.output, "kernel /old").unwrap();
    std::mem::forget(first);
    let second = create().unwrap();
    assert_eq!(fs::read_dir(&second.directory).unwrap().count(), 0);
    assert_eq!(fs::read_to_string(&second.output).unwrap(), "");
    assert!(dir.path().join("bootloader.7.log.1").exists(), "the old log is kept");
    for (path, mode) in [(&second.directory, 0o700), (&second.output, 0o600)] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn names_that_cannot_be_removed_are_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let create = || BootloaderFiles::new(&LOG, 7, dir.path(), dir.path());
    // A busy directory would need root and a mount; files and full directories of these names are skipped as well.
    fs::write(dir.path().join("bootloader.7.d"), "a file").unwrap();
    fs::create_dir_all(dir.path().join("bootloader.7.out.1/full")).unwrap();
    let files = create().unwrap();
    assert_eq!(files.directory, dir.path().join("bootloader.7.d.2"));
    assert_eq!(files.output, dir.path().join("bootloader.7.out.2"));
    assert!(!dir.path().join("bootloader.7.d.1").exists());
    // As if the process was killed: the next bootloader finds the files.
    std::mem::forget(files);
    drop(create().unwrap());
    assert!(!dir.path().join("bootloader.7.d.2").exists());
    assert!(!dir.path().join("bootloader.7.out.2").exists());
    for number in 2..8 {
        fs::write(dir.path().join(format!("bootloader.7.d.{number}")), "a file").unwrap();
    }
    assert_eq!(create().err(), Some(Error::Fail));
}

/// The future must be `Send`.
#[expect(dead_code, reason = "to be compiled only")]
fn it_can_move_between_threads(ao: &Ao, config: &DomainConfig) -> impl Send {
    run(ao, 7, config)
}
