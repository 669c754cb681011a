//! A client of QEMU's monitor (QMP).
//!
//! QEMU accepts one client at a time on this socket, and its backlog has room for one more, so a client holds the
//! domain's [`QmpLock`] from before it connects until it has closed the connection. Only one command is in progress
//! at a time, and the answer must have its id. QEMU may be controlled by its guest: every wait has a deadline, each
//! line has a maximum length (`message.rs`), and after a failure other than an error response the connection is not
//! used again.
//!
//! Events are ignored, except those of the one name that a caller waits for. An effect that depends on the guest may
//! take any time and is not waited for on an open connection: [`poll`] connects for each query, so that other clients
//! can use the socket between two queries.
//!
//! The peer's credentials cannot be checked: for a QEMU that was started with a listening socket, the kernel reports
//! those of the process that called listen. Only root can create a socket at that path.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, Shutdown, SockFlag, SockType, UnixAddr, connect, recv,
    sendmsg, shutdown, socket,
};
use serde_json::{Value, json};

pub use super::message::is_error_response;
use super::message::{Inbox, Message, MonitorFailure, command};
use crate::core::cause::summed_up;
use crate::core::paths::RUN_DIR;
use crate::core::{Ao, Ctx, Error, Result};
use crate::lock::QmpLock;
use crate::runtime::Runtime;
use crate::runtime::descriptor::Descriptor;
use crate::sync::tracked_fds::Tracked;
use crate::{debug, error};

/// How long QEMU may take for a short command.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// How long the application's monitor command may take, such as a job on a large disk.
pub const MONITOR_TIMEOUT: Duration = Duration::from_secs(600);

/// The interval between attempts to connect while the backlog of QEMU's socket is full.
const RETRY: Duration = Duration::from_millis(50);

/// The id of the first command. QEMU reads its monitor byte by byte, each with several system calls, so commands are
/// kept short.
const FIRST_ID: u64 = 1;

/// Maximum number of events that are kept for the caller; the oldest ones are dropped.
const MAX_EVENTS: usize = 64;

/// QEMU's version: major, minor, micro.
pub type Version = [u64; 3];

/// The path of the socket on which a domain's QEMU listens for the toolstack.
pub fn socket_path(domid: u32) -> String {
    format!("{RUN_DIR}/qmp-libxl-{domid}")
}

/// An exclusive connection with the QEMU of one domain.
#[derive(Debug)]
pub struct Qmp {
    ao: Ao,
    domid: u32,
    version: Version,
    // The order of the fields is that of their Drop: the connection is closed before the lock is released.
    connection: Connection,
    _lock: QmpLock,
}

impl Qmp {
    /// Takes the lock and connects, until `deadline` at most. Failures are logged.
    pub async fn connect(ao: &Ao, domid: u32, deadline: Instant) -> Result<Self> {
        // An abort ends the wait for the lock, which cleans up by itself.
        let late = pin!(ao.runtime().sleep_until(deadline));
        let lock = match select(pin!(QmpLock::take(ao, domid)), late).await {
            Either::Left((lock, _)) => lock?,
            Either::Right(_) => {
                error!(
                    ao,
                    domid = domid,
                    "cannot connect to QEMU's monitor: another process holds its lock"
                );
                return Err(Error::TimedOut);
            }
        };
        let path = socket_path(domid);
        debug!(ao, domid = domid, "connecting to {path}");
        let opening = Connection::open(ao.runtime(), path.as_ref());
        let opened = within(ao, domid, deadline, &format!("connect to {path}"), opening).await?;
        let (connection, version) = opened;
        debug!(ao, domid = domid, "QEMU {}.{}.{}", version[0], version[1], version[2]);
        Ok(Self { ao: ao.clone(), domid, version, connection, _lock: lock })
    }

    /// QEMU's version from its greeting, to be compared with `<` and `>=`.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The domain of this QEMU.
    pub fn domid(&self) -> u32 {
        self.domid
    }

    /// Executes a command in QEMU, until `deadline` at most, and returns its result. Failures are logged; after an
    /// error response the connection is still usable.
    pub async fn execute(
        &mut self,
        name: &str,
        arguments: Option<Value>,
        deadline: Instant,
    ) -> Result<Value> {
        debug!(self.ao, domid = self.domid, "QMP command {name}");
        let answer = self.connection.execute(name, arguments);
        within(&self.ao, self.domid, deadline, &format!("run {name} in QEMU"), answer).await
    }

    /// As [`execute`](Self::execute), and passes `fd` to QEMU with the command.
    pub async fn execute_with(
        &mut self,
        name: &str,
        arguments: Option<Value>,
        fd: BorrowedFd<'_>,
        deadline: Instant,
    ) -> Result<Value> {
        debug!(self.ao, domid = self.domid, "QMP command {name}, with a descriptor");
        let answer = self.connection.execute_with_fd(name, arguments, Some(fd));
        within(&self.ao, self.domid, deadline, name, answer).await
    }

    /// Keeps the events of this name from now on, and drops those that are kept. To be called before the command that
    /// may cause them.
    pub fn keep_events(&mut self, name: &'static str) {
        self.connection.kept = Some(name);
        self.connection.events.clear();
    }

    /// Waits for a kept event whose data matches `is`, until `deadline` at most, and returns the data. No other
    /// client can use this QEMU meanwhile, so it is not for events that depend on the guest.
    pub async fn event(
        &mut self,
        deadline: Instant,
        is: impl FnMut(&Value) -> bool,
    ) -> Result<Value> {
        let name = self.connection.kept.unwrap_or("an event");
        let event = self.connection.event(is);
        within(&self.ao, self.domid, deadline, name, event).await
    }

    /// Logs that an answer has an unexpected form, and returns the error.
    pub fn unexpected(&self, name: &str) -> Error {
        unexpected(&self.ao, self.domid, name)
    }
}

/// Waits for `work` until the deadline, and logs failures.
async fn within<T>(
    ao: &Ao,
    domid: u32,
    deadline: Instant,
    what: &str,
    work: impl Future<Output = std::result::Result<T, MonitorFailure>>,
) -> Result<T> {
    match ao.until(deadline, work).await? {
        Some(Ok(value)) => Ok(value),
        Some(Err(failure)) => {
            error!(ao, domid = domid, "cannot {what}: {failure}");
            Err(failure.error())
        }
        None => {
            error!(ao, domid = domid, "cannot {what}: QEMU did not answer in time");
            Err(Error::TimedOut)
        }
    }
}

/// Connects, executes one command, and returns its result.
pub async fn execute(
    ao: &Ao,
    domid: u32,
    name: &str,
    arguments: Option<Value>,
    timeout: Duration,
) -> Result<Value> {
    let deadline = Instant::now() + timeout;
    Qmp::connect(ao, domid, deadline).await?.execute(name, arguments, deadline).await
}

/// Executes the query `name` every `interval` until `look` returns a value from its answer, and at most until
/// `deadline`. Each query has a connection of its own, so that other clients are not blocked while the guest takes
/// its time.
pub async fn poll<T>(
    ao: &Ao,
    domid: u32,
    name: &str,
    interval: Duration,
    deadline: Instant,
    mut look: impl FnMut(&Value) -> Result<Option<T>>,
) -> Result<T> {
    loop {
        let answer = Qmp::connect(ao, domid, deadline).await?.execute(name, None, deadline).await?;
        if let Some(found) = look(&answer)? {
            return Ok(found);
        }
        if deadline.saturating_duration_since(Instant::now()) < interval {
            error!(
                ao,
                domid = domid,
                "QEMU did not reach the expected state in time, by its answers to {name}"
            );
            return Err(Error::TimedOut);
        }
        ao.sleep(interval).await?;
    }
}

/// Executes a line in the human monitor, and returns its output.
pub async fn monitor_command(ao: &Ao, domid: u32, line: &[u8]) -> Result<Vec<u8>> {
    let Ok(line) = std::str::from_utf8(line) else {
        error!(ao, domid = domid, "cannot send the monitor command: it is not UTF-8");
        return Err(Error::Invalid);
    };
    let arguments = json!({"command-line": line});
    let name = "human-monitor-command";
    summed_up(ao, domid, "execute the monitor command", async {
        match execute(ao, domid, name, Some(arguments), MONITOR_TIMEOUT).await? {
            Value::String(text) => Ok(text.into_bytes()),
            _ => Err(unexpected(ao, domid, name)),
        }
    })
    .await
}

/// Logs that an answer has an unexpected form, and returns the error.
pub fn unexpected(ctx: &Ctx, domid: u32, name: &str) -> Error {
    error!(ctx, domid = domid, "cannot use QEMU's answer to {name}: unexpected form");
    Error::QemuApi
}

/// The socket and the state of the protocol, without deadlines.
#[derive(Debug)]
struct Connection {
    socket: Descriptor<Tracked<OwnedFd>>,
    inbox: Inbox,
    next_id: u64,
    broken: bool,
    /// The name of the events that are kept.
    kept: Option<&'static str>,
    events: VecDeque<Value>,
}

impl Connection {
    /// Connects, enters command mode and reads the greeting. Also returns QEMU's version.
    ///
    /// The first command does not wait for the greeting: QEMU reads it after it has sent that, and one round trip is
    /// saved. Whoever else listens at the socket gets nothing but this command.
    async fn open(
        runtime: &Runtime,
        path: &Path,
    ) -> std::result::Result<(Self, Version), MonitorFailure> {
        let socket = connect_to(runtime, path).await?;
        let socket =
            Descriptor::new(runtime, socket).map_err(|e| MonitorFailure::System("watch", e))?;
        let inbox = Inbox::default();
        let (kept, events) = (None, VecDeque::new());
        let mut connection = Self { socket, inbox, next_id: FIRST_ID, broken: false, kept, events };
        let sent = connection.send_command("qmp_capabilities", None, None).await;
        // A peer that does not read may have said why.
        let Message::Greeting(version) = connection.receive().await? else {
            return Err(MonitorFailure::Protocol("the first message is not a greeting"));
        };
        match connection.response(sent?).await {
            Ok(_) => Ok((connection, version)),
            Err(MonitorFailure::Refused(_)) => {
                Err(MonitorFailure::Protocol("it refused qmp_capabilities"))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn execute(
        &mut self,
        name: &str,
        arguments: Option<Value>,
    ) -> std::result::Result<Value, MonitorFailure> {
        self.execute_with_fd(name, arguments, None).await
    }

    async fn execute_with_fd(
        &mut self,
        name: &str,
        arguments: Option<Value>,
        fd: Option<BorrowedFd<'_>>,
    ) -> std::result::Result<Value, MonitorFailure> {
        let number = self.send_command(name, arguments, fd).await?;
        self.response(number).await
    }

    /// Sends a command, and returns its id. The connection counts as broken until its response has come.
    async fn send_command(
        &mut self,
        name: &str,
        arguments: Option<Value>,
        fd: Option<BorrowedFd<'_>>,
    ) -> std::result::Result<u64, MonitorFailure> {
        if std::mem::replace(&mut self.broken, true) {
            return Err(MonitorFailure::Protocol("an earlier command has failed"));
        }
        let number = self.next_id;
        self.next_id += 1;
        self.send(&command(name, arguments, number), fd).await?;
        Ok(number)
    }

    /// Waits for the response to the command with the id `number`.
    async fn response(&mut self, number: u64) -> std::result::Result<Value, MonitorFailure> {
        let response = loop {
            match self.receive().await? {
                Message::Event { name, data } => self.keep(&name, data),
                Message::Return { id: Some(id), value } if id == number => {
                    self.broken = false;
                    return Ok(value);
                }
                Message::Error { id: Some(id), response } if id == number => break response,
                Message::Error { id: None, .. } => {
                    return Err(MonitorFailure::Protocol("it could not parse a command"));
                }
                _ => return Err(MonitorFailure::Protocol("an answer to no command")),
            }
        };
        self.broken = false;
        Err(MonitorFailure::Refused(response))
    }

    /// The next kept event whose data matches `is`; earlier ones are dropped.
    async fn event(
        &mut self,
        mut is: impl FnMut(&Value) -> bool,
    ) -> std::result::Result<Value, MonitorFailure> {
        if self.broken {
            return Err(MonitorFailure::Protocol("an earlier command has failed"));
        }
        loop {
            while let Some(data) = self.events.pop_front() {
                if is(&data) {
                    return Ok(data);
                }
            }
            // A partially received line stays in the inbox, so this future may be dropped.
            match self.receive().await {
                Ok(Message::Event { name, data }) => self.keep(&name, data),
                Ok(_) => {
                    self.broken = true;
                    return Err(MonitorFailure::Protocol("an answer to no command"));
                }
                Err(failure) => {
                    self.broken = true;
                    return Err(failure);
                }
            }
        }
    }

    fn keep(&mut self, name: &str, data: Value) {
        if self.kept != Some(name) {
            return;
        }
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(data);
    }

    /// Sends a line, and `fd` with its first byte.
    async fn send(
        &self,
        mut line: &[u8],
        fd: Option<BorrowedFd<'_>>,
    ) -> std::result::Result<(), MonitorFailure> {
        let socket = self.socket.get().as_fd().as_raw_fd();
        let failed = |errno| MonitorFailure::System("write to", errno);
        let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT;
        let fds = fd.map(|fd| [fd.as_raw_fd()]);
        let rights = fds.as_ref().map(|fds| ControlMessage::ScmRights(fds));
        let mut rights = rights.as_slice();
        while !line.is_empty() {
            match sendmsg::<()>(socket, &[IoSlice::new(line)], rights, flags, None) {
                Ok(count) => {
                    line = &line[count..];
                    rights = &[];
                }
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => {
                    self.socket.writable().await.map_err(failed)?;
                }
                Err(Errno::EPIPE | Errno::ECONNRESET) => return Err(MonitorFailure::Closed),
                Err(errno) => return Err(failed(errno)),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> std::result::Result<Message, MonitorFailure> {
        let failed = |errno| MonitorFailure::System("read from", errno);
        let mut buffer = [0; 16384];
        loop {
            if let Some(message) = self.inbox.next_message()? {
                return Ok(message);
            }
            // Waiting before each read lets the caller check its deadline even if the peer never stops sending.
            self.socket.readable().await.map_err(failed)?;
            let fd = self.socket.get().as_fd().as_raw_fd();
            match recv(fd, &mut buffer, MsgFlags::MSG_DONTWAIT) {
                Ok(0) | Err(Errno::ECONNRESET) => return Err(MonitorFailure::Closed),
                Ok(count) => self.inbox.push(&buffer[..count]),
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
    }
}

impl Drop for Connection {
    /// Shuts the socket down: a child that was forked before the socket was tracked may have a copy of it, and as
    /// long as that is open QEMU would accept no other client.
    fn drop(&mut self) {
        let socket = self.socket.get();
        if socket.is_ours() {
            let _ = shutdown(socket.as_fd().as_raw_fd(), Shutdown::Both);
        }
    }
}

async fn connect_to(
    runtime: &Runtime,
    path: &Path,
) -> std::result::Result<Tracked<OwnedFd>, MonitorFailure> {
    let failed = |errno| MonitorFailure::System("connect to", errno);
    let address = UnixAddr::new(path).map_err(failed)?;
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket(AddressFamily::Unix, SockType::Stream, flags, None).map_err(failed)?;
    let fd = Tracked::new(fd);
    loop {
        match connect(fd.as_fd().as_raw_fd(), &address) {
            Ok(()) => return Ok(fd),
            Err(Errno::EINTR) => {}
            // The backlog is full: some client does not use the lock.
            Err(Errno::EAGAIN) => runtime.sleep(RETRY).await.map_err(failed)?,
            Err(errno) => return Err(failed(errno)),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
