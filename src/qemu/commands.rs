//! The commands that QEMU's monitor is told: their names and arguments, and what is taken from the answers.
//!
//! Names and arguments depend on QEMU's version in a few places, and are those of the C library in each. A time-out is
//! the caller's, in each call.

use std::fmt;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use serde_json::{Value, json};

use super::qmp::{Qmp, Version};
use crate::core::Result;

/// From this version on a drive is named by the `id` of its device; before, by the `device` of its back end. The library
/// gives both the same name.
const HAS_ID: Version = [2, 8, 0];

/// From this version on a saved state may be that of a live migration.
const HAS_LIVE: Version = [2, 11, 0];

/// Descriptors that QEMU was given, by QEMU's number. While it is not stopped it forgets those that nothing uses as soon as
/// nobody is connected to its monitor any more, so that a toolstack that dies leaves none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FdSet(u64);

impl fmt::Display for FdSet {
    /// The file name under which QEMU opens it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/dev/fdset/{}", self.0)
    }
}

impl Qmp {
    /// Tells a command whose result says nothing.
    async fn tell(&mut self, name: &str, arguments: Value, deadline: Instant) -> Result<()> {
        let arguments = Some(arguments).filter(|arguments| !arguments.is_null());
        self.execute(name, arguments, deadline).await.map(drop)
    }

    /// Stops the guest's devices.
    pub async fn stop(&mut self, deadline: Instant) -> Result<()> {
        self.tell("stop", Value::Null, deadline).await
    }

    /// Lets them run on.
    pub async fn cont(&mut self, deadline: Instant) -> Result<()> {
        self.tell("cont", Value::Null, deadline).await
    }

    /// Gives QEMU a copy of a descriptor, in a set of its own; `opaque` is a remark that `query-fdsets` shows.
    pub async fn add_fd(
        &mut self,
        fd: BorrowedFd<'_>,
        opaque: Option<&str>,
        deadline: Instant,
    ) -> Result<FdSet> {
        let arguments = opaque.map(|opaque| json!({"opaque": opaque}));
        let answer = self.execute_with("add-fd", arguments, fd, deadline).await?;
        let number = answer.get("fdset-id").and_then(Value::as_u64);
        number.map(FdSet).ok_or_else(|| self.unexpected("add-fd"))
    }

    /// Takes the descriptors back; those that are in use go when they are not any more.
    pub async fn remove_fd(&mut self, set: FdSet, deadline: Instant) -> Result<()> {
        self.tell("remove-fd", json!({"fdset-id": set.0}), deadline).await
    }

    /// Takes the medium out of a drive, if there is one. A drive that the guest has locked refuses, and asks the guest.
    pub async fn eject(&mut self, drive: &str, deadline: Instant) -> Result<()> {
        self.tell("eject", eject_arguments(self.version(), drive), deadline).await
    }

    /// Puts another medium into a drive: a file name, which may be that of an [`FdSet`], in a format of QEMU's.
    pub async fn change_medium(
        &mut self,
        drive: &str,
        file: &str,
        format: &str,
        deadline: Instant,
    ) -> Result<()> {
        let (name, arguments) = change_command(self.version(), drive, file, format);
        self.tell(name, arguments, deadline).await
    }

    /// Adds a device, which `arguments` describes.
    pub async fn device_add(&mut self, arguments: Value, deadline: Instant) -> Result<()> {
        self.tell("device_add", arguments, deadline).await
    }

    /// Begins to take a device away. Where the guest has a say, it is there until `DEVICE_DELETED`, or until a query does
    /// not show it any more ([`poll`](super::qmp::poll)).
    pub async fn device_del(&mut self, id: &str, deadline: Instant) -> Result<()> {
        self.tell("device_del", json!({"id": id}), deadline).await
    }

    /// Saves the state of all devices into a file; `live` for a migration rather than a snapshot.
    pub async fn save_devices(&mut self, file: &str, live: bool, deadline: Instant) -> Result<()> {
        let arguments = save_arguments(self.version(), file, live);
        self.tell("xen-save-devices-state", arguments, deadline).await
    }

    /// Has QEMU tell the hypervisor which pages its devices write.
    pub async fn log_dirty(&mut self, enable: bool, deadline: Instant) -> Result<()> {
        self.tell("xen-set-global-dirty-log", json!({"enable": enable}), deadline).await
    }

    /// Wakes the guest from its sleep (S3).
    pub async fn wake_up(&mut self, deadline: Instant) -> Result<()> {
        self.tell("system_wakeup", Value::Null, deadline).await
    }
}

/// QEMU's answer is not of the form that it has by QEMU's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnexpectedForm;

/// Slot and function, in one number, of the device called `id`, in an answer to `query-pci`; an error if it is none.
pub fn devfn_of(answer: &Value, id: &str) -> std::result::Result<Option<u32>, UnexpectedForm> {
    for bus in answer.as_array().ok_or(UnexpectedForm)? {
        for device in bus.get("devices").and_then(Value::as_array).ok_or(UnexpectedForm)? {
            if device.get("qdev_id").and_then(Value::as_str).ok_or(UnexpectedForm)? != id {
                continue;
            }
            let number = |name: &str, most: u64| {
                let number = device.get(name).and_then(Value::as_u64).filter(|n| *n <= most);
                number.and_then(|n| u32::try_from(n).ok()).ok_or(UnexpectedForm)
            };
            return Ok(Some(number("slot", 31)? << 3 | number("function", 7)?));
        }
    }
    Ok(None)
}

fn eject_arguments(version: Version, drive: &str) -> Value {
    let key = if version >= HAS_ID { "id" } else { "device" };
    json!({key: drive})
}

fn change_command(
    version: Version,
    drive: &str,
    file: &str,
    format: &str,
) -> (&'static str, Value) {
    if version >= HAS_ID {
        let arguments = json!({"id": drive, "filename": file, "format": format});
        ("blockdev-change-medium", arguments)
    } else {
        ("change", json!({"device": drive, "target": file, "arg": format}))
    }
}

fn save_arguments(version: Version, file: &str, live: bool) -> Value {
    let mut arguments = json!({"filename": file});
    if version >= HAS_LIVE {
        arguments["live"] = live.into();
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_of_the_version() {
        let (old, new): (Version, Version) = ([2, 7, 9], [2, 8, 0]);
        assert_eq!(eject_arguments(old, "ide-1"), json!({"device": "ide-1"}));
        assert_eq!(eject_arguments(new, "ide-1"), json!({"id": "ide-1"}));
        let file = FdSet(3).to_string();
        assert_eq!(
            change_command(old, "ide-1", &file, "raw"),
            ("change", json!({"device": "ide-1", "target": "/dev/fdset/3", "arg": "raw"}))
        );
        assert_eq!(
            change_command([10, 0, 0], "ide-1", &file, "vpc"),
            (
                "blockdev-change-medium",
                json!({"id": "ide-1", "filename": "/dev/fdset/3", "format": "vpc"})
            )
        );
        assert_eq!(save_arguments([2, 10, 9], "f", true), json!({"filename": "f"}));
        assert_eq!(save_arguments([7, 2, 0], "f", false), json!({"filename": "f", "live": false}));
    }

    #[test]
    fn a_device_is_found_on_any_bus() {
        let device = |id: &str, slot: i64| json!({"qdev_id": id, "slot": slot, "function": 1});
        let bus = |devices: &[Value]| json!({"bus": 0, "devices": devices});
        let answer = json!([bus(&[device("", 1)]), bus(&[device("a", 2), device("b", 6)])]);
        assert_eq!(devfn_of(&answer, "b"), Ok(Some(0x31)));
        assert_eq!(devfn_of(&answer, "c"), Ok(None));
        for bad in [
            json!({}),
            json!([7]),
            json!([{"devices": {}}]),
            json!([{"devices": [{"qdev_id": 7}]}]),
            json!([bus(&[device("b", -1)])]),
            json!([bus(&[device("b", 32)])]),
        ] {
            assert_eq!(devfn_of(&bad, "b"), Err(UnexpectedForm), "{bad}");
        }
    }
}
