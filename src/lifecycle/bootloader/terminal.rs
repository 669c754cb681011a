//! Terminals: the bootloader's own, and the one that the user's program opens.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::pty::{posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

use crate::sync::std_fds::raised;
use crate::sync::tracked_fds::Tracked;

/// A pseudo-terminal. Its slave is kept open, so that reading from the master does not fail while no other process has
/// the slave open.
#[derive(Debug)]
pub struct Terminal {
    master: Tracked<OwnedFd>,
    _slave: Tracked<OwnedFd>,
    name: PathBuf,
}

impl Terminal {
    /// Opens a new pseudo-terminal, in raw mode without echo.
    pub fn open() -> Result<Self, Errno> {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let master = raised(posix_openpt(flags | OFlag::O_NONBLOCK)?);
        // Linux sets the owner when it creates the terminal, so `grantpt`, which may fork a helper, is not needed.
        unlockpt(&master)?;
        let name = PathBuf::from(ptsname_r(&master)?);
        let slave = Tracked::new(open(&name, flags, Mode::empty())?);
        let mut attributes = tcgetattr(&slave)?;
        cfmakeraw(&mut attributes);
        tcsetattr(&slave, SetArg::TCSANOW, &attributes)?;
        Ok(Self { master: Tracked::new(master.into()), _slave: slave, name })
    }

    /// The path of the slave, which programs open.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// The master, which is non-blocking.
    pub fn master(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// Another descriptor of the master, so that reading and writing can be waited for at the same time.
    pub fn duplicate(&self) -> std::io::Result<Tracked<OwnedFd>> {
        self.master().try_clone_to_owned().map(Tracked::new)
    }
}
