//! An HVM guest's emulated network cards, and the filters for a card's packets if COLO (a primary and a secondary
//! copy of the guest that run in lockstep) is used.

use super::CommandLine;
use super::value::Value;
use crate::types::idiomatic::{DeviceNic, NicType, Text};

/// No scripts of QEMU for a card: the toolstack's hotplug scripts set it up.
const NO_SCRIPT: &str = "no";

/// The id, address and port of a COLO socket, which is configured if all three are set.
type Socket<'a> = [&'a Option<Text>; 3];

impl CommandLine {
    /// `restored`: the guest continues from a saved state; with COLO it is the secondary.
    pub(super) fn nics(&mut self, domid: u32, nics: &[DeviceNic], restored: bool) {
        let mut emulated = nics.iter().filter(|nic| nic.nictype == NicType::VifIoemu).peekable();
        if emulated.peek().is_none() {
            // Without this option QEMU adds a default card.
            self.option("-net", "none");
        }
        for nic in emulated {
            self.nic(domid, nic);
            if restored {
                self.colo_secondary(nic);
            } else {
                self.colo_primary(nic);
            }
        }
    }

    fn nic(&mut self, domid: u32, nic: &DeviceNic) {
        let devid = nic.devid;
        let card = Value::of(&nic.model)
            .with("id", format!("nic{devid}"))
            .with("netdev", format!("net{devid}"))
            .with("mac", nic.mac);
        self.device(card);
        let host = Value::default()
            .with("type", "tap")
            .with("id", format!("net{devid}"))
            .with("ifname", format!("vif{domid}.{devid}-emu"))
            .with("br", &nic.bridge)
            .with("script", NO_SCRIPT)
            .with("downscript", NO_SCRIPT);
        self.option("-netdev", host);
    }

    fn colo_primary(&mut self, nic: &DeviceNic) {
        let servers: [Socket<'_>; 5] = [
            [&nic.colo_sock_mirror_id, &nic.colo_sock_mirror_ip, &nic.colo_sock_mirror_port],
            [
                &nic.colo_sock_compare_pri_in_id,
                &nic.colo_sock_compare_pri_in_ip,
                &nic.colo_sock_compare_pri_in_port,
            ],
            [
                &nic.colo_sock_compare_sec_in_id,
                &nic.colo_sock_compare_sec_in_ip,
                &nic.colo_sock_compare_sec_in_port,
            ],
            [
                &nic.colo_sock_compare_notify_id,
                &nic.colo_sock_compare_notify_ip,
                &nic.colo_sock_compare_notify_port,
            ],
            [
                &nic.colo_sock_redirector0_id,
                &nic.colo_sock_redirector0_ip,
                &nic.colo_sock_redirector0_port,
            ],
        ];
        let clients: [Socket<'_>; 2] = [
            [
                &nic.colo_sock_redirector1_id,
                &nic.colo_sock_redirector1_ip,
                &nic.colo_sock_redirector1_port,
            ],
            [
                &nic.colo_sock_redirector2_id,
                &nic.colo_sock_redirector2_ip,
                &nic.colo_sock_redirector2_port,
            ],
        ];
        servers.into_iter().for_each(|socket| self.socket(socket, true));
        clients.into_iter().for_each(|socket| self.socket(socket, false));
        let mirror =
            [("queue", &nic.colo_filter_mirror_queue), ("outdev", &nic.colo_filter_mirror_outdev)];
        self.filter("filter-mirror", "m1", nic, &mirror);
        let inward = [
            ("queue", &nic.colo_filter_redirector0_queue),
            ("indev", &nic.colo_filter_redirector0_indev),
        ];
        self.filter("filter-redirector", "r1", nic, &inward);
        let outward = [
            ("queue", &nic.colo_filter_redirector1_queue),
            ("outdev", &nic.colo_filter_redirector1_outdev),
        ];
        self.filter("filter-redirector", "r2", nic, &outward);
        let compared = [
            ("primary_in", &nic.colo_compare_pri_in),
            ("secondary_in", &nic.colo_compare_sec_in),
            ("outdev", &nic.colo_compare_out),
            ("notify_dev", &nic.colo_compare_notify_dev),
        ];
        if let Some(compare) = all_with(Value::of("colo-compare,id=c1"), &compared) {
            let thread = "colo-compare-iothread-1";
            self.option("-object", Value::of("iothread").with("id", thread));
            self.option("-object", compare.with("iothread", thread));
        }
    }

    fn colo_secondary(&mut self, nic: &DeviceNic) {
        let clients: [Socket<'_>; 2] = [
            [
                &nic.colo_sock_sec_redirector0_id,
                &nic.colo_sock_sec_redirector0_ip,
                &nic.colo_sock_sec_redirector0_port,
            ],
            [
                &nic.colo_sock_sec_redirector1_id,
                &nic.colo_sock_sec_redirector1_ip,
                &nic.colo_sock_sec_redirector1_port,
            ],
        ];
        clients.into_iter().for_each(|socket| self.socket(socket, false));
        let inward = [
            ("queue", &nic.colo_filter_sec_redirector0_queue),
            ("indev", &nic.colo_filter_sec_redirector0_indev),
        ];
        self.filter("filter-redirector", "rs1", nic, &inward);
        let outward = [
            ("queue", &nic.colo_filter_sec_redirector1_queue),
            ("outdev", &nic.colo_filter_sec_redirector1_outdev),
        ];
        self.filter("filter-redirector", "rs2", nic, &outward);
        let rewriter = [("queue", &nic.colo_filter_sec_rewriter0_queue)];
        self.filter("filter-rewriter", "rs3", nic, &rewriter);
    }

    fn socket(&mut self, [id, ip, port]: Socket<'_>, listens: bool) {
        let parts = [("id", id), ("host", ip), ("port", port)];
        let Some(socket) = all_with(Value::of("socket"), &parts) else { return };
        let socket = if listens { socket.and("server=on,wait=off") } else { socket };
        self.option("-chardev", socket);
    }

    /// A filter object between card and host, if all its parameters are configured.
    fn filter(&mut self, kind: &str, id: &str, nic: &DeviceNic, parts: &[(&str, &Option<Text>)]) {
        let start = Value::of(kind).with("id", id).with("netdev", format!("net{}", nic.devid));
        if let Some(filter) = all_with(start, parts) {
            self.option("-object", filter);
        }
    }
}

/// `value` with all of the parts, or `None` if one is missing.
fn all_with(value: Value, parts: &[(&str, &Option<Text>)]) -> Option<Value> {
    parts
        .iter()
        .try_fold(value, |value, (key, part)| part.as_ref().map(|part| value.with(key, part)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{shown, text};
    use super::*;
    use crate::types::idiomatic::Mac;

    fn nic(devid: i32) -> DeviceNic {
        DeviceNic {
            devid,
            model: text("e1000"),
            bridge: text("br0"),
            mac: Mac([0, 0x16, 0x3e, 0, 0, 0xab]),
            nictype: NicType::VifIoemu,
            ..Default::default()
        }
    }

    fn line(nics: &[DeviceNic], restored: bool) -> String {
        let mut line = CommandLine::default();
        line.nics(7, nics, restored);
        shown(&line)
    }

    const FIRST: &str = "-device e1000,id=nic0,netdev=net0,mac=00:16:3e:00:00:ab \
        -netdev type=tap,id=net0,ifname=vif7.0-emu,br=br0,script=no,downscript=no";

    #[test]
    fn only_emulated_cards_have_arguments() {
        assert_eq!(line(&[], false), "-net none");
        let paravirtual = DeviceNic { nictype: NicType::Vif, ..nic(1) };
        assert_eq!(line(std::slice::from_ref(&paravirtual), false), "-net none");
        assert_eq!(line(&[paravirtual, nic(0)], false), FIRST);
    }

    #[test]
    fn colo_objects_need_all_their_parameters() {
        let mut nic = nic(0);
        nic.colo_sock_mirror_id = text("m");
        nic.colo_sock_mirror_ip = text("h");
        nic.colo_filter_mirror_queue = text("tx");
        assert_eq!(line(std::slice::from_ref(&nic), false), FIRST);
        nic.colo_sock_mirror_port = text("1");
        nic.colo_filter_mirror_outdev = text("m");
        nic.colo_filter_sec_rewriter0_queue = text("all");
        let first = "-chardev socket,id=m,host=h,port=1,server=on,wait=off \
            -object filter-mirror,id=m1,netdev=net0,queue=tx,outdev=m";
        assert_eq!(line(std::slice::from_ref(&nic), false), format!("{FIRST} {first}"));
        let second = "-object filter-rewriter,id=rs3,netdev=net0,queue=all";
        assert_eq!(line(&[nic], true), format!("{FIRST} {second}"));
    }
}
