//! The terminals of a domain's consoles, and the programs that show them.

use std::convert::Infallible;
use std::ffi::{CStr, OsStr, OsString};
use std::fmt::Display;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::sys::memfd::{MFdFlags, memfd_create};

use super::kind::DomainKind;
use super::{kind, names, nodes};
use crate::core::file::errno_of;
use crate::core::number::leading_number;
use crate::core::paths::PROGRAMS;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::sync::execution::{execute, with_default_sigpipe, with_input};
use crate::sync::std_fds::raised;

/// The number of the stub domain's console that is its guest's serial port (0 to 2 are its own log and the state of the
/// device model).
const STUBDOM_SERIAL: i32 = 3;

/// The TCP port of VNC display 0.
const VNC_PORTS: i32 = 5900;

/// The types of consoles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsoleType {
    Serial,
    Pv,
    Vuart,
}

/// One console of one domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Console {
    pub domid: u32,
    pub number: i32,
    pub kind: ConsoleType,
}

/// The default console: the serial port of an HVM guest (that of its stub domain, if it has one), or the first PV
/// console of another guest.
pub fn primary(ctx: &Ctx, domid: u32) -> Result<Console> {
    if let Some(stubdom) = names::stubdom_of(ctx, domid) {
        return Ok(Console { domid: stubdom, number: STUBDOM_SERIAL, kind: ConsoleType::Pv });
    }
    let kind = match kind::of(ctx, domid).map_err(|_| Error::Invalid)? {
        DomainKind::Hvm => ConsoleType::Serial,
        DomainKind::Pv | DomainKind::Pvh => ConsoleType::Pv,
    };
    Ok(Console { domid, number: 0, kind })
}

/// The xenstore path of the terminal of the first PV console.
pub fn first_path(domid: u32) -> String {
    format!("{}/console/tty", nodes::domain_path(domid))
}

/// The xenstore path of the terminal of a serial port.
pub fn serial_path(domid: u32, port: impl Display) -> String {
    format!("{}/serial/{port}/tty", nodes::domain_path(domid))
}

/// The terminal device of a console.
pub fn tty(ctx: &Ctx, console: Console) -> Result<Vec<u8>> {
    let Console { domid, number, kind } = console;
    let path = match (kind, number) {
        (ConsoleType::Serial, port) => serial_path(domid, port),
        (ConsoleType::Pv, 0) => first_path(domid),
        (ConsoleType::Pv, n) => format!("{}/device/console/{n}/tty", nodes::domain_path(domid)),
        (ConsoleType::Vuart, _) => {
            error!(
                ctx,
                domid = domid,
                "cannot determine the terminal of a vuart console: none is recorded"
            );
            return Err(Error::Invalid);
        }
    };
    let tty = nodes::read(ctx, ctx.store(), &path)?.filter(|tty| !tty.is_empty());
    match tty {
        Some(tty) if is_device(&tty) => Ok(tty),
        Some(_) => {
            error!(ctx, domid = domid, "cannot use the terminal in {path}: not an absolute path");
            Err(Error::Fail)
        }
        None => {
            error!(
                ctx,
                domid = domid,
                "cannot determine the console's terminal: none is recorded in {path}"
            );
            Err(Error::Fail)
        }
    }
}

/// Whether this is an absolute path without control characters, since the application will open it.
fn is_device(tty: &[u8]) -> bool {
    tty.starts_with(b"/") && !tty.iter().any(u8::is_ascii_control)
}

/// Executes the program that connects this process's terminal to the console. `escape` is the character to leave it by,
/// in the words of xenconsole's `--escape`. Returns only if that fails.
pub fn exec(
    ctx: &Ctx,
    console: Console,
    notify_fd: Option<i32>,
    escape: Option<&CStr>,
) -> Result<Infallible> {
    let program = format!("{PROGRAMS}/xenconsole");
    let errno = execute(OsStr::new(&program), arguments(console, notify_fd, escape));
    error!(ctx, domid = console.domid, errno = errno, "cannot execute {program}");
    Err(Error::Fail)
}

fn arguments(console: Console, notify_fd: Option<i32>, escape: Option<&CStr>) -> Vec<OsString> {
    let kind = match console.kind {
        ConsoleType::Pv => "pv",
        ConsoleType::Serial => "serial",
        ConsoleType::Vuart => "vuart",
    };
    let (domid, number) = (console.domid.to_string(), console.number.to_string());
    let mut arguments =
        vec![domid.into(), "--num".into(), number.into(), "--type".into(), kind.into()];
    if let Some(fd) = notify_fd {
        arguments.extend(["--start-notify-fd".into(), fd.to_string().into()]);
    }
    if let Some(escape) = escape {
        arguments.extend(["--escape".into(), OsStr::from_bytes(escape.to_bytes()).into()]);
    }
    arguments
}

/// Executes a viewer for the domain's VNC display: `$VNCVIEWER`, or `vncviewer`. With `give_password` the password is
/// on its standard input. Returns only if that fails.
pub fn exec_vncviewer(ctx: &Ctx, domid: u32, give_password: bool) -> Result<Infallible> {
    let base = format!("{}/console/vnc-", nodes::domain_path(domid));
    let paths = ["port", "listen", "pass"].map(|name| format!("{base}{name}"));
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    let [port, listen, password] = <[_; 3]>::try_from(values).map_err(|_| Error::Fail)?;
    let Some(port) = port.and_then(|p| leading_number::<u16>(&p)) else {
        error!(
            ctx,
            domid = domid,
            "cannot start a VNC viewer: no port of the VNC server is recorded"
        );
        return Err(Error::Fail);
    };
    let mut listen = listen.unwrap_or_else(|| b"localhost".to_vec());
    // The viewer would take an address that looks like an option for one.
    if listen.starts_with(b"-") || listen.iter().any(u8::is_ascii_control) {
        error!(
            ctx,
            domid = domid,
            "cannot start a VNC viewer: invalid address of the VNC server recorded"
        );
        return Err(Error::Fail);
    }
    let viewer = std::env::var_os("VNCVIEWER").unwrap_or_else(|| "vncviewer".into());
    listen.extend(format!(":{}", i32::from(port) - VNC_PORTS).bytes());
    let mut arguments = vec![OsString::from_vec(listen)];
    let mut input = None;
    if let Some(password) = password.filter(|_| give_password) {
        let file = in_memory(&password).map_err(|e| {
            error!(
                ctx,
                domid = domid,
                errno = errno_of(&e),
                "cannot make a file for the VNC password"
            );
            Error::Fail
        })?;
        arguments.push("-autopass".into());
        input = Some(file);
    }
    let errno = with_input(input, || with_default_sigpipe(|| execute(&viewer, arguments)));
    error!(ctx, domid = domid, errno = errno, "cannot execute {}", viewer.display());
    Err(Error::Fail)
}

/// Creates a memfd with `text`, at file offset 0.
fn in_memory(text: &[u8]) -> std::io::Result<File> {
    let mut file = raised(File::from(memfd_create("vnc-password", MFdFlags::MFD_CLOEXEC)?));
    file.write_all(text)?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xenconsole_gets_libxls_arguments() {
        let console = Console { domid: 5, number: 2, kind: ConsoleType::Serial };
        assert_eq!(arguments(console, None, None), ["5", "--num", "2", "--type", "serial"]);
        let console = Console { domid: 5, number: 0, kind: ConsoleType::Pv };
        let with_fd = ["5", "--num", "0", "--type", "pv", "--start-notify-fd", "7"];
        assert_eq!(arguments(console, Some(7), None), with_fd);
        let with_both = [&with_fd[..], &["--escape", "^x"]].concat();
        assert_eq!(arguments(console, Some(7), Some(c"^x")), with_both);
    }

    #[test]
    fn terminals_are_absolute_paths() {
        assert!(is_device(b"/dev/pts/3"));
        for bad in [&b""[..], b"dev", b"/dev/pts/3\n", b"/dev\0"] {
            assert!(!is_device(bad));
        }
    }

    #[test]
    fn a_password_can_be_read_from_its_start() {
        use std::io::Read;
        let mut text = String::new();
        in_memory(b"secret").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "secret");
    }
}
