//! A program to start, and all that is made ready for it before there is a child.

use std::ffi::{CStr, CString, OsStr, OsString, c_char};
use std::fmt::Display;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::{env, ptr};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;

use crate::sync::noted::Noted;

/// Where one of the child's first three descriptors leads.
#[derive(Clone, Copy, Debug, Default)]
pub enum Io<'a> {
    /// Where the parent's does.
    #[default]
    Inherit,
    /// `/dev/null`.
    Null,
    Fd(BorrowedFd<'a>),
}

/// A program to start. It gets the parent's environment with changes, and no descriptors but those named
/// here.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    path: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    io: [Io<'a>; 3],
    passed: Vec<BorrowedFd<'a>>,
    terminal: Option<PathBuf>,
}

/// The first descriptor of [`Program::pass`] in the child.
const FIRST_PASSED: RawFd = 3;

impl<'a> Program<'a> {
    /// The program `path`, looked for in `PATH` if it has no slash.
    pub fn new(path: impl AsRef<OsStr>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            io: [Io::Inherit; 3],
            passed: Vec::new(),
            terminal: None,
        }
    }

    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub fn arguments(mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn stdin(mut self, io: Io<'a>) -> Self {
        self.io[0] = io;
        self
    }

    pub fn stdout(mut self, io: Io<'a>) -> Self {
        self.io[1] = io;
        self
    }

    pub fn stderr(mut self, io: Io<'a>) -> Self {
        self.io[2] = io;
        self
    }

    /// Starts the program in a session of its own, which a terminal controls. Its first three descriptors
    /// lead there too, unless they are set.
    pub fn terminal(mut self, path: impl AsRef<Path>) -> Self {
        self.terminal = Some(path.as_ref().to_owned());
        self
    }

    /// Gives the child one more descriptor, and says which number it has there.
    pub fn pass(&mut self, fd: BorrowedFd<'a>) -> RawFd {
        self.passed.push(fd);
        FIRST_PASSED + self.passed.len() as RawFd - 1
    }

    /// The program and its arguments, for a line in a log.
    pub fn describe(&self) -> impl Display {
        let mut text = self.path.to_string_lossy().into_owned();
        for argument in &self.arguments {
            text.push(' ');
            text.push_str(&argument.to_string_lossy());
        }
        text
    }

    /// The same program by way of a shell, as `execvp` starts a script that names no interpreter.
    pub fn by_shell(&self) -> Self {
        let mut shell = self.clone();
        shell.path = "/bin/sh".into();
        shell.arguments.insert(0, self.path.clone());
        shell
    }
}

/// What a child needs to become the program, so that nothing is allocated there.
#[derive(Debug)]
pub struct Prepared {
    strings: Vec<CString>,
    arguments: usize,
    /// What is opened as descriptor 0 before the moves, by the leader of a new session, so that it
    /// controls that session.
    pub terminal: Option<CString>,
    /// From which descriptor to which.
    pub moves: Vec<(RawFd, RawFd)>,
    /// The child keeps no descriptor from this number on.
    pub keep_below: RawFd,
    /// Those of `moves` that are ours.
    _held: Vec<Noted<OwnedFd>>,
}

/// NULL-terminated lists of C strings that live as long as the [`Prepared`] they are of.
pub struct Pointers {
    pub argv: Vec<*const c_char>,
    pub envp: Vec<*const c_char>,
}

impl Prepared {
    /// # Errors
    /// `EINVAL`: a NUL in a string; `EMFILE`, `ENOENT` and the like: no descriptor, no `/dev/null`.
    pub fn new(program: &Program<'_>) -> Result<Self, Errno> {
        let mut strings = vec![c_string(program.path.clone())?];
        for argument in &program.arguments {
            strings.push(c_string(argument.clone())?);
        }
        let arguments = strings.len();
        for (name, value) in environment(&program.environment) {
            let mut line = name.into_vec();
            line.push(b'=');
            line.extend(value.into_vec());
            strings.push(c_string(OsString::from_vec(line))?);
        }
        let keep_below = FIRST_PASSED + program.passed.len() as RawFd;
        let terminal = program.terminal.as_ref().map(|path| c_string(path.into())).transpose()?;
        let (mut moves, mut held) = (Vec::new(), Vec::new());
        if terminal.is_some() {
            moves.extend([(0, 1), (0, 2)]);
        }
        let io = (0..).zip(program.io);
        let passed = (FIRST_PASSED..).zip(program.passed.iter().map(|fd| Io::Fd(*fd)));
        for (to, io) in io.chain(passed) {
            let lifted = match io {
                Io::Inherit => continue,
                Io::Null => lift(open_null()?.as_fd(), keep_below)?,
                // Above all targets, so that no move overwrites the source of a later one.
                Io::Fd(fd) => lift(fd, keep_below)?,
            };
            moves.push((lifted.as_raw_fd(), to));
            held.push(lifted);
        }
        Ok(Self { strings, arguments, terminal, moves, keep_below, _held: held })
    }

    pub fn path(&self) -> &CStr {
        &self.strings[0]
    }

    pub fn pointers(&self) -> Pointers {
        let list = |strings: &[CString]| {
            strings.iter().map(|s| s.as_ptr()).chain([ptr::null()]).collect::<Vec<_>>()
        };
        let (argv, envp) = self.strings.split_at(self.arguments);
        Pointers { argv: list(argv), envp: list(envp) }
    }
}

/// The parent's environment with `changes`.
fn environment(changes: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    let changed = |name: &OsString| changes.iter().any(|(other, _)| other == name);
    let mut all: Vec<_> = env::vars_os().filter(|(name, _)| !changed(name)).collect();
    for (at, (name, value)) in changes.iter().enumerate() {
        // The last change of a name counts.
        if !changes[at + 1..].iter().any(|(other, _)| other == name) {
            all.push((name.clone(), value.clone()));
        }
    }
    all
}

fn c_string(text: OsString) -> Result<CString, Errno> {
    CString::new(text.as_bytes()).map_err(|_| Errno::EINVAL)
}

fn open_null() -> Result<OwnedFd, Errno> {
    open(c"/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
}

/// A copy of `fd` whose number is at least `least`, close-on-exec.
fn lift(fd: BorrowedFd<'_>, least: RawFd) -> Result<Noted<OwnedFd>, Errno> {
    let number = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(least))?;
    // SAFETY: a descriptor that was opened just now.
    Ok(Noted::new(unsafe { std::os::fd::FromRawFd::from_raw_fd(number) }))
}
