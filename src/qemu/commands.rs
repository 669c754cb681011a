//! QMP commands: their names and arguments, and parsing of the answers.
//!
//! Some names and arguments depend on QEMU's version; they are those of the C library. Each call has a deadline.

use std::fmt;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use serde_json::{Value, json};

use super::qmp::{Qmp, Version};
use crate::core::Result;

/// From this version on a drive is identified by the `id` of its device, before by the `device` of its back end. The
/// library uses the same name for both.
const HAS_ID: Version = [2, 8, 0];

/// From this version on `xen-save-devices-state` has the argument `live`.
const HAS_LIVE: Version = [2, 11, 0];

/// From this version on QEMU keeps a descriptor until `remove-fd`. Earlier versions close it when QEMU closes the last file
/// that it has opened through it; if QEMU has opened none, when the last monitor connection ends.
const KEEPS_DESCRIPTORS: Version = [9, 1, 0];

/// A set of descriptors that were passed to QEMU, by QEMU's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FdSet(u64);

impl fmt::Display for FdSet {
    /// The file name for QEMU.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/dev/fdset/{}", self.0)
    }
}

impl Qmp {
    /// Executes a command whose result is ignored.
    async fn run(&mut self, name: &str, arguments: Value, deadline: Instant) -> Result<()> {
        let arguments = Some(arguments).filter(|arguments| !arguments.is_null());
        self.execute(name, arguments, deadline).await.map(drop)
    }

    /// Stops the emulation of devices.
    pub async fn stop(&mut self, deadline: Instant) -> Result<()> {
        self.run("stop", Value::Null, deadline).await
    }

    /// Continues the emulation of devices.
    pub async fn cont(&mut self, deadline: Instant) -> Result<()> {
        self.run("cont", Value::Null, deadline).await
    }

    /// Passes a descriptor to QEMU, in a new set. [`release_fd`](Self::release_fd) is to be called when QEMU does not use
    /// it any more. `text`: what the set is found by.
    pub async fn add_fd(
        &mut self,
        fd: BorrowedFd<'_>,
        text: &str,
        deadline: Instant,
    ) -> Result<FdSet> {
        let arguments = Some(json!({"opaque": text}));
        let answer = self.execute_with("add-fd", arguments, fd, deadline).await?;
        let number = answer.get("fdset-id").and_then(Value::as_u64);
        number.map(FdSet).ok_or_else(|| self.unexpected("add-fd"))
    }

    /// The set with a descriptor that was passed with this text; `None` if there is none.
    pub async fn find_fd(&mut self, text: &str, deadline: Instant) -> Result<Option<FdSet>> {
        let answer = self.execute("query-fdsets", None, deadline).await?;
        set_with(&answer, text).map_err(|UnexpectedForm| self.unexpected("query-fdsets"))
    }

    /// Removes the descriptors of a set; QEMU closes those in use when their last user closes them.
    pub async fn remove_fd(&mut self, set: FdSet, deadline: Instant) -> Result<()> {
        self.run("remove-fd", json!({"fdset-id": set.0}), deadline).await
    }

    /// As [`find_fd`](Self::find_fd), for a set that [`release_fd`](Self::release_fd) will be called with: a QEMU
    /// that needs no such call is not asked.
    pub async fn find_kept_fd(&mut self, text: &str, deadline: Instant) -> Result<Option<FdSet>> {
        if self.version() < KEEPS_DESCRIPTORS {
            return Ok(None);
        }
        self.find_fd(text, deadline).await
    }

    /// Has QEMU close the descriptors of a set, whose files it has closed.
    pub async fn release_fd(&mut self, set: FdSet, deadline: Instant) -> Result<()> {
        if self.version() < KEEPS_DESCRIPTORS {
            return Ok(());
        }
        self.remove_fd(set, deadline).await
    }

    /// Removes the medium of a drive, if there is one. Fails if the guest has locked the drive; QEMU then asks the
    /// guest.
    pub async fn eject(&mut self, drive: &str, deadline: Instant) -> Result<()> {
        self.run("eject", eject_arguments(self.version(), drive), deadline).await
    }

    /// Changes the medium of a drive to a file, which may be an [`FdSet`], with QEMU's name of its format.
    pub async fn change_medium(
        &mut self,
        drive: &str,
        file: &str,
        format: &str,
        deadline: Instant,
    ) -> Result<()> {
        let (name, arguments) = change_command(self.version(), drive, file, format);
        self.run(name, arguments, deadline).await
    }

    /// Adds the device that `arguments` describes.
    pub async fn device_add(&mut self, arguments: Value, deadline: Instant) -> Result<()> {
        self.run("device_add", arguments, deadline).await
    }

    /// Requests the removal of a device. If the guest must release it, it exists until the event `DEVICE_DELETED`, or
    /// until a query does not return it any more ([`poll`](super::qmp::poll)).
    pub async fn device_del(&mut self, id: &str, deadline: Instant) -> Result<()> {
        self.run("device_del", json!({"id": id}), deadline).await
    }

    /// Saves the state of all devices to a file; `live`: for a live migration.
    pub async fn save_devices(&mut self, file: &str, live: bool, deadline: Instant) -> Result<()> {
        let arguments = save_arguments(self.version(), file, live);
        self.run("xen-save-devices-state", arguments, deadline).await
    }

    /// Starts or stops reporting to the hypervisor which pages emulated devices write.
    pub async fn log_dirty(&mut self, enable: bool, deadline: Instant) -> Result<()> {
        self.run("xen-set-global-dirty-log", json!({"enable": enable}), deadline).await
    }

    /// Wakes the guest from suspend to RAM (S3).
    pub async fn wake_up(&mut self, deadline: Instant) -> Result<()> {
        self.run("system_wakeup", Value::Null, deadline).await
    }
}

/// QEMU's answer does not have the form in QEMU's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnexpectedForm;

/// Slot and function of the device `id`, as one number, from an answer to `query-pci`; `None` if QEMU does not have the
/// device.
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

/// The set with a descriptor that was passed with this text, from an answer to `query-fdsets`.
fn set_with(answer: &Value, text: &str) -> std::result::Result<Option<FdSet>, UnexpectedForm> {
    for set in answer.as_array().ok_or(UnexpectedForm)? {
        let number = set.get("fdset-id").and_then(Value::as_u64).ok_or(UnexpectedForm)?;
        let descriptors = set.get("fds").and_then(Value::as_array).ok_or(UnexpectedForm)?;
        // A descriptor may have no text.
        if descriptors.iter().any(|one| one.get("opaque").and_then(Value::as_str) == Some(text)) {
            return Ok(Some(FdSet(number)));
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
    fn a_set_is_found_by_the_text_of_any_descriptor() {
        let answer = json!([
            {"fdset-id": 0, "fds": [{"fd": 9}, {"fd": 10, "opaque": "raw:/a"}]},
            {"fdset-id": 4, "fds": [{"fd": 30, "opaque": "stub-devid:768"}, {"fd": 31, "opaque": "stub-devid:5632"}]},
        ]);
        assert_eq!(set_with(&answer, "stub-devid:5632"), Ok(Some(FdSet(4))));
        assert_eq!(set_with(&answer, "stub-devid:563"), Ok(None));
        assert_eq!(set_with(&json!([]), "stub-devid:5632"), Ok(None));
        for bad in [
            json!({}),
            json!([7]),
            json!([{"fds": []}]),
            json!([{"fdset-id": -1, "fds": []}]),
            json!([{"fdset-id": 1, "fds": {}}]),
        ] {
            assert_eq!(set_with(&bad, "stub-devid:5632"), Err(UnexpectedForm), "{bad}");
        }
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
