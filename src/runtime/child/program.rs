//! The description of a program to start, and the data that is prepared for the child before the fork.

use std::ffi::{CStr, CString, OsStr, OsString, c_char};
use std::fmt::Display;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;

use crate::sync::std_fds::is_open;
use crate::sync::tracked_fds::Tracked;

/// What one of the child's first three descriptors refers to.
#[derive(Clone, Copy, Debug, Default)]
pub enum Io<'a> {
    /// The same file as in the parent.
    #[default]
    Inherit,
    /// `/dev/null`.
    Null,
    Fd(BorrowedFd<'a>),
}

/// A program to start. It gets the parent's environment with changes, and only the descriptors that are named here.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    path: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    io: [Io<'a>; 3],
    passed: Vec<BorrowedFd<'a>>,
    terminal: Option<PathBuf>,
}

/// The number of the first descriptor of [`Program::pass`] in the child.
const FIRST_PASSED: RawFd = 3;

impl<'a> Program<'a> {
    /// The program `path`, which is searched in `PATH` if it contains no slash.
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

    /// Sets an environment variable.
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

    /// Starts the program in a session of its own, with this terminal as the controlling one. Its first three
    /// descriptors also refer to the terminal, unless they are set.
    pub fn terminal(mut self, path: impl AsRef<Path>) -> Self {
        self.terminal = Some(path.as_ref().to_owned());
        self
    }

    /// Passes one more descriptor to the child, and returns its number there.
    pub fn pass(&mut self, fd: BorrowedFd<'a>) -> RawFd {
        self.passed.push(fd);
        FIRST_PASSED + self.passed.len() as RawFd - 1
    }

    /// The program and its arguments, for log lines.
    pub fn describe(&self) -> impl Display {
        let mut text = self.path.to_string_lossy().into_owned();
        for argument in &self.arguments {
            text.push(' ');
            text.push_str(&argument.to_string_lossy());
        }
        text
    }
}

/// The maximum number of variables in a child's environment. The kernel would accept more only if they are very short.
const MAX_VARIABLES: usize = 16384;

unsafe extern "C" {
    /// The environment of this process, which `setenv` changes.
    static environ: *const *const c_char;
}

/// The data that a child needs to execute the program, so that it allocates nothing.
#[derive(Debug)]
pub struct Prepared {
    arguments: Vec<CString>,
    /// `NAME=value`, with each name once.
    changes: Vec<CString>,
    /// The terminal that is opened as descriptor 0 before the moves, by the leader of a new session, so that it becomes
    /// the controlling terminal of that session.
    pub terminal: Option<CString>,
    /// Pairs of a descriptor and its new number.
    pub moves: Vec<(RawFd, RawFd)>,
    /// The child closes all descriptors from this number on.
    pub keep_below: RawFd,
    /// Those of `moves` that the library has opened.
    _held: Vec<Tracked<OwnedFd>>,
}

/// NULL-terminated lists of C strings that live as long as the [`Prepared`] to which they belong.
pub struct Pointers {
    pub argv: Vec<*const c_char>,
    /// Filled by [`Prepared::fill_environment`].
    pub envp: Vec<*const c_char>,
}

impl Prepared {
    /// # Errors
    /// `EINVAL`: a NUL in a string; `EMFILE`, `ENOENT` and the like: a descriptor or `/dev/null` cannot be opened.
    pub fn new(program: &Program<'_>) -> Result<Self, Errno> {
        let mut arguments = vec![c_string(&program.path)?];
        for argument in &program.arguments {
            arguments.push(c_string(argument)?);
        }
        let changes = changes(&program.environment)?;
        let keep_below = FIRST_PASSED + program.passed.len() as RawFd;
        let terminal = program.terminal.as_ref();
        let terminal = terminal.map(|path| c_string(path.as_os_str())).transpose()?;
        let (mut moves, mut held) = (Vec::new(), Vec::new());
        if terminal.is_some() {
            moves.extend([(0, 1), (0, 2)]);
        }
        let io = (0..).zip(program.io);
        let passed = (FIRST_PASSED..).zip(program.passed.iter().map(|fd| Io::Fd(*fd)));
        for (to, io) in io.chain(passed) {
            // The new number is above all targets, so that no move overwrites the source of a later one.
            let lifted = match io {
                Io::Inherit if terminal.is_some() || is_open(to) => continue,
                Io::Fd(fd) if is_open(fd.as_raw_fd()) => duplicate_above(fd, keep_below)?,
                // The application may have closed its stderr, and a program writes to it nevertheless.
                Io::Null | Io::Inherit | Io::Fd(_) => {
                    duplicate_above(open_null()?.as_fd(), keep_below)?
                }
            };
            moves.push((lifted.as_raw_fd(), to));
            held.push(lifted);
        }
        Ok(Self { arguments, changes, terminal, moves, keep_below, _held: held })
    }

    pub fn path(&self) -> &CStr {
        &self.arguments[0]
    }

    pub fn pointers(&self) -> Pointers {
        let argv = self.arguments.iter().map(|s| s.as_ptr()).chain([ptr::null()]).collect();
        // This is zeroed memory from the kernel, which costs nothing until it is written to.
        Pointers { argv, envp: vec![ptr::null(); MAX_VARIABLES] }
    }

    /// In the child: copies the parent's environment with the changes. This is not done in the parent, where another
    /// thread's `setenv` may free the list while it is read; the child's copy does not change. (If the fork falls into the
    /// moment in which `setenv` has moved the list and not stored its new place yet, or if the child shares the parent's
    /// memory, because it could not be copied, it may crash, and then the program was not started.) Async-signal-safe.
    pub fn fill_environment(&self, pointers: &mut Pointers) -> Result<(), Errno> {
        // The last element stays NULL.
        let mut free = pointers.envp.iter_mut().rev().skip(1).rev();
        let mut put = |variable: *const c_char| {
            *free.next().ok_or(Errno::E2BIG)? = variable;
            Ok(())
        };
        // SAFETY: it is NULL or a NULL-terminated list of C strings. The process has no other thread, except in the
        // case described above.
        let inherited = unsafe {
            let all = environ;
            (0..)
                .map_while(move |at| (!all.is_null()).then(|| *all.add(at)))
                .take_while(|variable| !variable.is_null())
        };
        for variable in inherited {
            // SAFETY: as above.
            if !self.changes.iter().any(|change| unsafe { is_same_name(change, variable) }) {
                put(variable)?;
            }
        }
        self.changes.iter().try_for_each(|change| put(change.as_ptr()))
    }
}

/// The strings `NAME=value`, with the last change of each name.
fn changes(all: &[(OsString, OsString)]) -> Result<Vec<CString>, Errno> {
    let last = |at: usize| !all[at + 1..].iter().any(|(other, _)| *other == all[at].0);
    (0..all.len())
        .filter(|at| last(*at))
        .map(|at| {
            let (name, value) = &all[at];
            let mut line = name.clone();
            line.push("=");
            line.push(value);
            c_string(&line)
        })
        .collect()
}

/// Whether two variables have the same name.
///
/// # Safety
/// `variable` must be a C string.
unsafe fn is_same_name(change: &CStr, variable: *const c_char) -> bool {
    let change = change.to_bytes();
    let name = change.iter().position(|byte| *byte == b'=').map_or(change.len(), |at| at + 1);
    // SAFETY: both are strings of at least that length, or differ before their ends.
    unsafe { libc::strncmp(variable, change.as_ptr().cast(), name) == 0 }
}

fn c_string(text: &OsStr) -> Result<CString, Errno> {
    CString::new(text.as_bytes()).map_err(|_| Errno::EINVAL)
}

fn open_null() -> Result<OwnedFd, Errno> {
    open(c"/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
}

/// Duplicates `fd` to a number that is at least `least`, close-on-exec.
pub fn duplicate_above(fd: BorrowedFd<'_>, least: RawFd) -> Result<Tracked<OwnedFd>, Errno> {
    let number = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(least))?;
    // SAFETY: the descriptor was just opened.
    Ok(Tracked::new(unsafe { std::os::fd::FromRawFd::from_raw_fd(number) }))
}
