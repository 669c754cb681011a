//! An HVM guest's serial ports, USB and sound. USB controllers of the newer kind (`usbctrl`) and their devices are
//! added by the monitor once QEMU runs.

use super::value::Value;
use super::{ArgumentsError, CommandLine, os};
use crate::types::idiomatic::{DomainBuildInfoHvm, Text, VendorDevice};

/// The first console of a stub domain that is used for a serial port: those before it are for its log and for saving
/// and restoring the state.
const FIRST_SERIAL_CONSOLE: usize = 3;

/// QEMU's names of sound cards, except Intel HDA, which consists of two devices.
const SOUND_CARDS: [&str; 6] = ["ac97", "adlib", "cs4231a", "es1370", "gus", "sb16"];

/// A setting that the configuration has either as one string or as a list.
fn one_or_many<'a>(
    one: &'a Option<Text>,
    many: &'a [Text],
    both: ArgumentsError,
) -> Result<&'a [Text], ArgumentsError> {
    match one {
        Some(_) if !many.is_empty() => Err(both),
        Some(one) => Ok(std::slice::from_ref(one)),
        None => Ok(many),
    }
}

impl CommandLine {
    /// `stub_domain`: QEMU uses consoles of the stub domain, which are connected outside of it.
    pub(super) fn serial_ports(
        &mut self,
        own: &DomainBuildInfoHvm,
        stub_domain: bool,
    ) -> Result<(), ArgumentsError> {
        let ports = one_or_many(&own.serial, &own.serial_list, ArgumentsError::TwoSerial)?;
        for (console, port) in (FIRST_SERIAL_CONSOLE..).zip(ports) {
            if stub_domain {
                self.option("-serial", format!("/dev/hvc{console}"));
            } else {
                self.option("-serial", os(port));
            }
        }
        Ok(())
    }

    pub(super) fn usb(&mut self, own: &DomainBuildInfoHvm) -> Result<(), ArgumentsError> {
        let devices = one_or_many(&own.usbdevice, &own.usbdevice_list, ArgumentsError::TwoUsb)?;
        if own.usb == Some(true) || !devices.is_empty() {
            self.add(["-usb"]);
            for device in devices {
                self.option("-usbdevice", os(device));
            }
            return Ok(());
        }
        match own.usbversion {
            0 => return Ok(()),
            1 => self.device("piix3-usb-uhci,id=usb"),
            2 => self.usb_2(),
            3 => self.device("nec-usb-xhci,id=usb"),
            other => return Err(ArgumentsError::UsbVersion(other)),
        }
        let channels = own.spice.usbredirection;
        if !(0..=4).contains(&channels) {
            return Err(ArgumentsError::UsbRedirection(channels));
        }
        for n in 1..=channels {
            let id = format!("usbrc{n}");
            let name = Value::of("spicevmc").with("name", "usbredir").with("id", &id);
            self.option("-chardev", name);
            self.device(Value::of("usb-redir").with("chardev", &id).with("id", &id));
        }
        Ok(())
    }

    /// An EHCI controller with three companion UHCI controllers of two ports each, in one slot.
    fn usb_2(&mut self) {
        self.device("ich9-usb-ehci1,id=usb,addr=0x1d.0x7,multifunction=on");
        for (n, function) in [(1, "0"), (2, "0x1"), (3, "0x2")] {
            let slow = Value::of(format!("ich9-usb-uhci{n}"))
                .with("masterbus", "usb.0")
                .with("firstport", 2 * (n - 1))
                .with("addr", format!("0x1d.{function}"))
                .with("multifunction", "on");
            self.device(slow);
        }
    }

    pub(super) fn sound(&mut self, card: &Option<Text>) -> Result<(), ArgumentsError> {
        let Some(card) = card else { return Ok(()) };
        let named = |name: &str| name.as_bytes().eq_ignore_ascii_case(card.as_bytes());
        if named("hda") {
            self.device("intel-hda");
            self.device("hda-duplex");
        } else {
            let name = SOUND_CARDS.into_iter().find(|name| named(name));
            self.device(name.ok_or_else(|| ArgumentsError::Sound(card.clone()))?);
        }
        Ok(())
    }

    /// The PCI device by which Windows Update finds paravirtual drivers.
    pub(super) fn vendor_device(&mut self, device: VendorDevice) {
        if device == VendorDevice::Xenserver {
            self.device("xen-pvdevice,device-id=0xc000");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{asked, config, has, lacks, own, shown, text, with};
    use super::super::{Place, hvm};
    use super::*;

    fn texts(texts: &[&str]) -> Vec<Text> {
        texts.iter().map(|t| Text::new(*t).unwrap()).collect()
    }

    #[test]
    fn serial_ports() {
        lacks(&with(|_| ()).unwrap(), "-serial");
        has(&with(|hvm| hvm.serial = text("pty")).unwrap(), "-display none -serial pty -net none");
        let many = with(|hvm| hvm.serial_list = texts(&["pty", "null"])).unwrap();
        has(&many, "-serial pty -serial null");
        let both = with(|hvm| (hvm.serial, hvm.serial_list) = (text("a"), texts(&["b"])));
        assert_eq!(both, Err(ArgumentsError::TwoSerial));
    }

    #[test]
    fn serial_ports_of_a_stub_domain_are_its_consoles() {
        let mut config = config();
        own(&mut config).serial_list = texts(&["pty", "null"]);
        let line = hvm(&asked(&config, Place::StubDomain { restored: false })).unwrap();
        has(&shown(&line), "-serial /dev/hvc3 -serial /dev/hvc4");
    }

    #[test]
    fn usb_devices_by_name() {
        has(&with(|hvm| hvm.usb = Some(true)).unwrap(), "-usb");
        has(&with(|hvm| hvm.usbdevice = text("tablet")).unwrap(), "-usb -usbdevice tablet");
        let many = with(|hvm| hvm.usbdevice_list = texts(&["tablet", "mouse"])).unwrap();
        has(&many, "-usb -usbdevice tablet -usbdevice mouse");
        let both = with(|hvm| (hvm.usbdevice, hvm.usbdevice_list) = (text("a"), texts(&["b"])));
        assert_eq!(both, Err(ArgumentsError::TwoUsb));
    }

    #[test]
    fn usb_by_version() {
        let version = |version, lent| {
            with(move |hvm| (hvm.usbversion, hvm.spice.usbredirection) = (version, lent))
        };
        lacks(&version(0, 9).unwrap(), "usb");
        has(&version(1, 0).unwrap(), "-device piix3-usb-uhci,id=usb");
        has(&version(3, 0).unwrap(), "-device nec-usb-xhci,id=usb");
        let second = "-device ich9-usb-ehci1,id=usb,addr=0x1d.0x7,multifunction=on \
            -device ich9-usb-uhci1,masterbus=usb.0,firstport=0,addr=0x1d.0,multifunction=on \
            -device ich9-usb-uhci2,masterbus=usb.0,firstport=2,addr=0x1d.0x1,multifunction=on \
            -device ich9-usb-uhci3,masterbus=usb.0,firstport=4,addr=0x1d.0x2,multifunction=on \
            -chardev spicevmc,name=usbredir,id=usbrc1 -device usb-redir,chardev=usbrc1,id=usbrc1 \
            -chardev spicevmc,name=usbredir,id=usbrc2 -device usb-redir,chardev=usbrc2,id=usbrc2";
        has(&version(2, 2).unwrap(), second);
        lacks(&version(2, 2).unwrap(), "usbrc3");
        assert_eq!(version(4, 0), Err(ArgumentsError::UsbVersion(4)));
        assert_eq!(version(-1, 0), Err(ArgumentsError::UsbVersion(-1)));
        assert_eq!(version(1, 5), Err(ArgumentsError::UsbRedirection(5)));
        assert_eq!(version(1, -1), Err(ArgumentsError::UsbRedirection(-1)));
    }

    #[test]
    fn sound() {
        let card = |name| with(move |hvm| hvm.soundhw = text(name));
        has(&card("AC97").unwrap(), "-device ac97");
        has(&card("hda").unwrap(), "-device intel-hda -device hda-duplex");
        assert_eq!(card("all"), Err(ArgumentsError::Sound(text("all").unwrap())));
        assert_eq!(card(""), Err(ArgumentsError::Sound(text("").unwrap())));
    }

    #[test]
    fn the_vendor_device_comes_after_the_memory() {
        let line = with(|hvm| hvm.vendor_device = VendorDevice::Xenserver).unwrap();
        assert!(line.ends_with(" -m 64 -device xen-pvdevice,device-id=0xc000"), "{line}");
    }
}
