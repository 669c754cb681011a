//! Conversion of the hypervisor's information about domains to C structs.

use crate::capi::give;
use crate::core::Ctx;
use crate::types::sys::*;
use crate::xen::hypervisor::DomainInfo;
use nix::errno::Errno;

/// KiB in a page of Xen's.
const PAGE_KB: u64 = 4;

/// Security labels by number, each of which is read once; none if Xen runs without Flask.
#[derive(Default)]
pub struct Labels {
    known: Vec<(u32, Option<Vec<u8>>)>,
    no_flask: bool,
}

impl Labels {
    fn of(&mut self, ctx: &Ctx, ssidref: u32) -> Option<&[u8]> {
        if self.no_flask {
            return None;
        }
        let at = match self.known.iter().position(|(number, _)| *number == ssidref) {
            Some(at) => at,
            None => {
                // If Xen does not return the label, the domain has none; this is not an error.
                let label = ctx.hypervisor().flask_label(ssidref);
                self.no_flask = matches!(&label, Err(e) if e.errno == Errno::ENOSYS);
                self.known.push((ssidref, label.ok()));
                self.known.len() - 1
            }
        };
        self.known[at].1.as_deref()
    }
}

/// `info` as C has it; the label is from `malloc`.
pub fn dominfo(ctx: &Ctx, labels: &mut Labels, info: &DomainInfo) -> libxl_dominfo {
    let ssid_label = match labels.of(ctx, info.ssidref) {
        Some(label) => give::string(label),
        None => std::ptr::null_mut(),
    };
    libxl_dominfo {
        uuid: libxl_uuid { uuid: info.uuid },
        domid: info.domid,
        ssidref: info.ssidref,
        ssid_label,
        running: info.running,
        blocked: info.blocked,
        paused: info.paused,
        shutdown: info.shutdown,
        dying: info.dying,
        never_stop: info.xenstore,
        shutdown_reason: if info.shutdown {
            info.shutdown_reason.into()
        } else {
            LIBXL_SHUTDOWN_REASON_UNKNOWN
        },
        outstanding_memkb: info.outstanding_pages * PAGE_KB,
        current_memkb: info.total_pages * PAGE_KB,
        shared_memkb: info.shared_pages * PAGE_KB,
        paged_memkb: info.paged_pages * PAGE_KB,
        max_memkb: info.max_pages.wrapping_mul(PAGE_KB),
        cpu_time: info.cpu_time,
        vcpu_max_id: info.max_vcpu_id.unwrap_or(u32::MAX),
        vcpu_online: info.online_vcpus,
        cpupool: info.cpupool,
        gpaddr_bits: info.gpaddr_bits,
        domain_type: if info.hvm { LIBXL_DOMAIN_TYPE_HVM } else { LIBXL_DOMAIN_TYPE_PV },
    }
}
