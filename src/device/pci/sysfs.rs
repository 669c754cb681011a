//! The host's PCI functions in sysfs (`/sys/bus/pci`), and the driver `pciback`, to which assignable ones are bound.
//!
//! A function has at most one driver. It is *assignable* while it is bound to `pciback`. That driver binds only
//! functions in its list of slots; an entry that is added twice is listed twice.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::address::Address;
use crate::core::file::errno_of;
use crate::sync::std_fds::raised;

/// The directory of PCI drivers. The path of a driver that is read from xenstore must be in it.
const DRIVERS: &str = "/sys/bus/pci/drivers/";

/// The number of a function's resources that a guest may use: its BARs and its ROM.
const RESOURCES: usize = 7;

/// A limit for the size of a file in sysfs, which none of these files reaches.
const MAX_SIZE: u64 = 1 << 20;

/// The flag of a resource that consists of I/O ports, as in the BAR.
const IS_PORTS: u64 = 1;

/// The directories of PCI functions in sysfs.
#[derive(Debug)]
pub struct Host {
    devices: PathBuf,
    pciback: PathBuf,
}

/// A resource of a function: addresses that it decodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resource {
    /// I/O ports.
    Ports { first: u32, number: u32 },
    /// Pages of the host's physical address space.
    Memory { first: u64, number: u64 },
}

impl Resource {
    /// The parts of the resource that overlap none of `others`. Ports are never shared by functions.
    pub fn without(self, others: &[Self]) -> Vec<Self> {
        let Self::Memory { first, number } = self else { return vec![self] };
        let mut left = vec![(first, first.saturating_add(number))];
        for other in others {
            let Self::Memory { first, number } = *other else { continue };
            let (begin, end) = (first, first.saturating_add(number));
            let parts = |(from, to): (u64, u64)| [(from, to.min(begin)), (from.max(end), to)];
            left = left.into_iter().flat_map(parts).filter(|(from, to)| from < to).collect();
        }
        left.into_iter().map(|(from, to)| Self::Memory { first: from, number: to - from }).collect()
    }
}

/// An operation on a file in sysfs that failed.
#[derive(Debug, thiserror::Error)]
#[error("{what} {}: {}", path.display(), errno.desc())]
pub struct SysfsError {
    what: &'static str,
    path: PathBuf,
    pub errno: Errno,
}

type Result<T> = std::result::Result<T, SysfsError>;

impl Host {
    /// This host.
    pub fn here() -> Self {
        let drivers = Path::new(DRIVERS);
        Self { devices: "/sys/bus/pci/devices".into(), pciback: drivers.join("pciback") }
    }

    #[cfg(test)]
    fn below(root: &Path) -> Self {
        Self { devices: root.join("devices"), pciback: root.join("drivers/pciback") }
    }

    fn of(&self, address: Address) -> PathBuf {
        self.devices.join(address.to_string())
    }

    /// Checks that the function exists: `ENOENT` if not, another error if that cannot be determined.
    pub fn find(&self, address: Address) -> Result<()> {
        let path = self.of(address);
        fs::symlink_metadata(&path).map(drop).map_err(failed("look for", path))
    }

    /// Whether the driver `pciback` is loaded.
    pub fn has_pciback(&self) -> bool {
        self.pciback.exists()
    }

    /// Whether the function is bound to `pciback`. `ENOENT` if that driver is not loaded.
    pub fn is_assignable(&self, address: Address) -> Result<bool> {
        fs::metadata(&self.pciback).map_err(failed("look for", self.pciback.clone()))?;
        let path = self.pciback.join(address.to_string());
        match fs::symlink_metadata(&path) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(failed("look for", path)(e)),
        }
    }

    /// All functions that are bound to `pciback`, in the kernel's order.
    pub fn assignable(&self) -> Result<Vec<Address>> {
        listed(&self.pciback)
    }

    /// All functions of the device of `address`, the highest first.
    pub fn functions(&self, address: Address) -> Result<Vec<Address>> {
        let mut found = listed(&self.devices)?;
        found.retain(|other| other.is_same_device(&address));
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// The sysfs directory of the function's driver, if it has one.
    pub fn driver(&self, address: Address) -> Result<Option<PathBuf>> {
        let path = self.of(address).join("driver");
        match fs::canonicalize(&path) {
            Ok(driver) => Ok(Some(driver)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed("find", path)(e)),
        }
    }

    /// Unbinds the function from its driver.
    pub fn unbind(&self, address: Address, driver: &Path) -> Result<()> {
        write_address(&driver.join("unbind"), address)
    }

    /// Binds the function to a driver.
    pub fn bind(&self, address: Address, driver: &Path) -> Result<()> {
        write_address(&driver.join("bind"), address)
    }

    /// Binds the function, which has no driver, to `pciback`.
    pub fn bind_to_pciback(&self, address: Address) -> Result<()> {
        if !self.has_slot(address)? {
            write_address(&self.pciback.join("new_slot"), address)?;
        }
        self.bind(address, &self.pciback)
    }

    /// Unbinds the function from `pciback`.
    pub fn unbind_from_pciback(&self, address: Address) -> Result<()> {
        self.unbind(address, &self.pciback)?;
        if self.has_slot(address)? {
            write_address(&self.pciback.join("remove_slot"), address)?;
        }
        Ok(())
    }

    fn has_slot(&self, address: Address) -> Result<bool> {
        let slots = read(&self.pciback.join("slots"))?;
        Ok(slots.split(|&b| b == b'\n').any(|line| Address::parse(line) == Some(address)))
    }

    /// Sets the function's permissive mode: a guest may write the whole configuration space.
    pub fn set_permissive(&self, address: Address) -> Result<()> {
        write_address(&self.pciback.join("permissive"), address)
    }

    /// The resources of the function.
    pub fn resources(&self, address: Address) -> Result<Vec<Resource>> {
        Ok(resources(&read(&self.of(address).join("resource"))?))
    }

    /// The function's legacy interrupt, if it has one.
    pub fn interrupt(&self, address: Address) -> Result<Option<u32>> {
        let text = read(&self.of(address).join("irq"))?;
        Ok(crate::core::number::leading_number(&text).filter(|&irq| irq != 0))
    }

    /// Vendor, device and class; `None` for one that cannot be read.
    pub fn identity(&self, address: Address) -> [Option<u32>; 3] {
        ["vendor", "device", "class"].map(|name| {
            let text = read(&self.of(address).join(name)).ok()?;
            let text = std::str::from_utf8(&text).ok()?.trim_end();
            u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
        })
    }

    /// Resets the function. `ENOENT` if the kernel has no reset method for it. The attribute `do_flr`, which only a
    /// patched `pciback` has, is preferred.
    pub fn reset(&self, address: Address) -> Result<()> {
        let better = write_address(&self.pciback.join("do_flr"), address);
        match better {
            Err(e) if e.errno == Errno::ENOENT => write(&self.of(address).join("reset"), b"1"),
            done => done,
        }
    }
}

/// The directory of a recorded driver; `None` if the record is not the path of a driver.
pub fn recorded_driver(record: &[u8]) -> Option<PathBuf> {
    let path = Path::new(OsStr::from_bytes(record));
    let name = path.strip_prefix(DRIVERS).ok()?;
    let mut parts = name.components();
    let sound = matches!(parts.next(), Some(std::path::Component::Normal(_)));
    (sound && parts.next().is_none() && !record.contains(&0)).then(|| path.to_owned())
}

/// Parses the file `resource`: each line has start, end and flags, which are 0 for an unused entry.
pub fn resources(text: &[u8]) -> Vec<Resource> {
    let lines = text.split(|&b| b == b'\n').take(RESOURCES);
    lines.filter_map(resource).collect()
}

fn resource(line: &[u8]) -> Option<Resource> {
    let text = std::str::from_utf8(line).ok()?;
    let mut numbers = text
        .split_ascii_whitespace()
        .map(|number| u64::from_str_radix(number.strip_prefix("0x")?, 16).ok());
    let (first, last, flags) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let size = last.checked_sub(first)?.checked_add(1)?;
    if first == 0 {
        return None;
    }
    if flags & IS_PORTS != 0 {
        let (first, number) = (u32::try_from(first).ok()?, u32::try_from(size).ok()?);
        return Some(Resource::Ports { first, number });
    }
    let pages = size.div_ceil(crate::xen::hypervisor::PAGE_SIZE);
    Some(Resource::Memory { first: first / crate::xen::hypervisor::PAGE_SIZE, number: pages })
}

fn failed(what: &'static str, path: PathBuf) -> impl FnOnce(io::Error) -> SysfsError {
    move |e| SysfsError { what, path, errno: errno_of(&e) }
}

/// The addresses among the names in a directory.
fn listed(folder: &Path) -> Result<Vec<Address>> {
    let entries = fs::read_dir(folder).map_err(failed("list", folder.to_owned()))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    Ok(names.filter_map(|name| Address::parse(name.as_bytes())).collect())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)
        .map(raised)
        .and_then(|file| file.take(MAX_SIZE).read_to_end(&mut text))
        .map(|_| text)
        .map_err(failed("read", path.to_owned()))
}

fn write_address(path: &Path, address: Address) -> Result<()> {
    write(path, address.to_string().as_bytes())
}

/// Writes to a file in sysfs, which requires that all bytes come in one `write`.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    OpenOptions::new()
        .write(true)
        .open(path)
        .map(raised)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(failed("write to", path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Address = Address { segment: 0, bus: 0, device: 5, function: 0 };

    #[test]
    fn resources_are_ports_and_pages() {
        let text = b"0x00000000febc0000 0x00000000febdffff 0x0000000000040200\n\
            0x000000000000c040 0x000000000000c05f 0x0000000000040101\n\
            0x0000000000000000 0x0000000000000000 0x0000000000000000\n\
            0x00000000febd0080 0x00000000febd017f 0x0000000000040200\n\
            0x0000000800000000 0x00000008ffffffff 0x000000000014220c\n";
        assert_eq!(
            resources(text),
            [
                Resource::Memory { first: 0xfebc0, number: 32 },
                Resource::Ports { first: 0xc040, number: 32 },
                Resource::Memory { first: 0xfebd0, number: 1 },
                Resource::Memory { first: 0x80_0000, number: 0x10_0000 },
            ]
        );
    }

    #[test]
    fn invalid_resources_are_ignored() {
        let bad: [&[u8]; 9] = [
            b"",
            b"\xff\xfe\n",
            b"0x1000\n",
            b"1000 2000 3000\n",
            b"0x2000 0x1000 0x200\n",
            b"0x1 0x10000000000000000 0x200\n",
            b"0x0 0xffffffffffffffff 0x200\n",
            // Ports beyond the range of the hypercall.
            b"0x100000000 0x10000001f 0x101\n",
            b"0x1000 0xfffffffffff 0x101\n",
        ];
        for bad in bad {
            assert_eq!(resources(bad), [], "{bad:?}");
        }
        let whole = Resource::Memory { first: 0, number: 0x10_0000_0000_0000 };
        assert_eq!(resources(b"0x1 0xffffffffffffffff 0x200"), [whole], "no overflow");
        assert_eq!(resources(&b"0x1000 0x1fff 0x200\n".repeat(99)).len(), RESOURCES);
    }

    #[test]
    fn shared_pages_are_kept() {
        let pages = |first, number| Resource::Memory { first, number };
        let own = pages(10, 10);
        assert_eq!(own.without(&[]), [own]);
        assert_eq!(own.without(&[pages(0, 10), pages(20, 5)]), [own]);
        assert_eq!(own.without(&[pages(12, 3), pages(19, 9)]), [pages(10, 2), pages(15, 4)]);
        assert_eq!(own.without(&[pages(0, 99)]), []);
        assert_eq!(own.without(&[pages(10, u64::MAX)]), []);
        let ports = Resource::Ports { first: 10, number: 4 };
        assert_eq!(ports.without(&[ports, own]), [ports]);
        assert_eq!(own.without(&[ports]), [own]);
    }

    #[test]
    fn only_paths_of_drivers_are_accepted() {
        let driver = recorded_driver(b"/sys/bus/pci/drivers/e1000e");
        assert_eq!(driver.as_deref(), Some(Path::new("/sys/bus/pci/drivers/e1000e")));
        let bad: [&[u8]; 7] = [
            b"",
            b"/sys/bus/pci/drivers/",
            b"/sys/bus/pci/drivers/../../../../etc",
            b"/sys/bus/pci/drivers/a/b",
            b"/etc",
            b"e1000e",
            b"/sys/bus/pci/drivers/e\0x",
        ];
        for bad in bad {
            assert_eq!(recorded_driver(bad), None, "{bad:?}");
        }
    }

    /// A directory like `/sys/bus/pci`, with one function and its driver.
    fn host() -> (tempfile::TempDir, Host) {
        let root = tempfile::tempdir().unwrap();
        let host = Host::below(root.path());
        let driver = root.path().join("drivers/e1000e");
        for folder in [&host.of(SOME), &driver, &host.pciback] {
            fs::create_dir_all(folder).unwrap();
        }
        for file in ["new_slot", "remove_slot", "bind", "unbind", "slots"] {
            fs::write(host.pciback.join(file), "").unwrap();
        }
        fs::write(driver.join("unbind"), "").unwrap();
        std::os::unix::fs::symlink(&driver, host.of(SOME).join("driver")).unwrap();
        (root, host)
    }

    fn written(host: &Host, file: &str) -> String {
        fs::read_to_string(host.pciback.join(file)).unwrap()
    }

    #[test]
    fn a_function_is_unbound_and_bound() {
        let (root, host) = host();
        let driver = host.driver(SOME).unwrap().unwrap();
        assert!(driver.ends_with("drivers/e1000e"));
        host.unbind(SOME, &driver).unwrap();
        let unbound = fs::read_to_string(root.path().join("drivers/e1000e/unbind")).unwrap();
        assert_eq!(unbound, "0000:00:05.0");
        host.bind_to_pciback(SOME).unwrap();
        assert_eq!(written(&host, "new_slot"), "0000:00:05.0");
        assert_eq!(written(&host, "bind"), "0000:00:05.0");
        host.unbind_from_pciback(SOME).unwrap();
        assert_eq!(written(&host, "remove_slot"), "", "the function has no slot");
    }

    #[test]
    fn a_slot_is_not_added_twice() {
        let (_root, host) = host();
        fs::write(host.pciback.join("slots"), "garbage\n\n0000:00:05.0\n").unwrap();
        host.bind_to_pciback(SOME).unwrap();
        assert_eq!(written(&host, "new_slot"), "");
        host.unbind_from_pciback(SOME).unwrap();
        assert_eq!(written(&host, "remove_slot"), "0000:00:05.0");
    }

    #[test]
    fn missing_files_are_errors() {
        let root = tempfile::tempdir().unwrap();
        let host = Host::below(root.path());
        assert_eq!(host.find(SOME).unwrap_err().errno, Errno::ENOENT);
        assert_eq!(host.is_assignable(SOME).unwrap_err().errno, Errno::ENOENT);
        assert_eq!(host.assignable().unwrap_err().errno, Errno::ENOENT);
        assert_eq!(host.resources(SOME).unwrap_err().errno, Errno::ENOENT);
        assert_eq!(host.reset(SOME).unwrap_err().errno, Errno::ENOENT);
        assert_eq!(host.driver(SOME).unwrap(), None);
        let text = host.bind_to_pciback(SOME).unwrap_err().to_string();
        assert!(text.ends_with("drivers/pciback/slots: No such file or directory"), "{text}");
    }

    #[test]
    fn functions_are_listed_from_the_highest_on() {
        let (_root, host) = host();
        for name in ["0000:00:05.1", "0000:00:05.3", "0000:00:06.0", "0000:01:05.0", "odd", "0:0"] {
            fs::create_dir_all(host.devices.join(name)).unwrap();
        }
        let found = host.functions(SOME).unwrap();
        assert_eq!(found, [3, 1, 0].map(|function| SOME.with_function(function)));
        assert!(!host.is_assignable(SOME).unwrap());
        fs::create_dir_all(host.pciback.join("0000:00:05.0")).unwrap();
        assert_eq!(
            (host.is_assignable(SOME).unwrap(), host.assignable().unwrap()),
            (true, vec![SOME])
        );
    }

    #[test]
    fn attributes_of_a_function() {
        let (_root, host) = host();
        let put = |name: &str, text: &str| fs::write(host.of(SOME).join(name), text).unwrap();
        put("irq", "11\n");
        assert_eq!(host.interrupt(SOME).unwrap(), Some(11));
        for odd in ["0\n", "", "-3\n", "99999999999\n", "x"] {
            put("irq", odd);
            assert_eq!(host.interrupt(SOME).unwrap(), None, "{odd:?}");
        }
        put("vendor", "0x8086\n");
        put("device", "10d3\n");
        assert_eq!(host.identity(SOME), [Some(0x8086), None, None]);
    }
}
