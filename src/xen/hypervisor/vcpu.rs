//! Vcpus and cpupools as the hypervisor sees them.

use std::ffi::c_int;

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};

/// One vcpu: where it runs and where it may run. The maps have one bit per cpu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VcpuInfo {
    pub cpu: u32,
    pub online: bool,
    pub blocked: bool,
    pub running: bool,
    /// Nanoseconds of cpu time used.
    pub cpu_time: u64,
    /// Where it may run.
    pub hard: Vec<u8>,
    /// Its soft affinity.
    pub soft: Vec<u8>,
}

/// One cpupool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CpupoolInfo {
    pub id: u32,
    /// `XEN_SCHEDULER_*`
    pub scheduler: u32,
    pub domains: u32,
    /// One bit per cpu.
    pub cpus: Vec<u8>,
}

impl Hypervisor {
    /// The details of vcpu `vcpu` of a domain.
    pub fn vcpu(&self, domid: u32, vcpu: u32, max_cpus: u32) -> Result<VcpuInfo> {
        // SAFETY: plain numbers, for which all zeroes is a value.
        let mut raw: sys::xen_domctl_getvcpuinfo = unsafe { std::mem::zeroed() };
        // SAFETY: the struct is the one that the function fills.
        self.call("vcpu_getinfo", |xch| unsafe {
            sys::xc_vcpu_getinfo(xch, domid, vcpu, &mut raw)
        })?;
        let size = max_cpus.div_ceil(8) as usize;
        let (mut hard, mut soft) = (vec![0u8; size], vec![0u8; size]);
        // SAFETY: libxenctrl copies as many bytes as this host's cpus need, which `max_cpus` tells.
        self.call("vcpu_getaffinity", |xch| unsafe {
            sys::xc_vcpu_getaffinity(
                xch,
                domid,
                vcpu as c_int,
                hard.as_mut_ptr(),
                soft.as_mut_ptr(),
                sys::XEN_VCPUAFFINITY_SOFT | sys::XEN_VCPUAFFINITY_HARD,
            )
        })?;
        Ok(VcpuInfo {
            cpu: raw.cpu,
            online: raw.online != 0,
            blocked: raw.blocked != 0,
            running: raw.running != 0,
            cpu_time: raw.cpu_time,
            hard,
            soft,
        })
    }

    /// Sets the hard and soft affinity of vcpu `vcpu` of a domain; `None` leaves one unchanged. Each set is replaced
    /// by the one that Xen uses, with a bit for each cpu that the host can have; cpus beyond those are dropped.
    /// `force` overrides a temporary pinning.
    pub fn set_vcpu_affinity(
        &self,
        domid: u32,
        vcpu: u32,
        hard: &mut Option<Vec<u8>>,
        soft: &mut Option<Vec<u8>>,
        force: bool,
    ) -> Result<()> {
        let size = self.max_cpus()?.div_ceil(8) as usize;
        let mut flags = if force { sys::XEN_VCPUAFFINITY_FORCE } else { 0 };
        let mut ready = |map: &mut Option<Vec<u8>>, flag| match map {
            Some(map) => {
                flags |= flag;
                map.resize(size, 0);
                map.as_mut_ptr()
            }
            None => std::ptr::null_mut(),
        };
        let hard = ready(hard, sys::XEN_VCPUAFFINITY_HARD);
        let soft = ready(soft, sys::XEN_VCPUAFFINITY_SOFT);
        // SAFETY: NULL, or sets of the size in which libxenctrl reads and writes them.
        self.call("vcpu_setaffinity", |xch| unsafe {
            sys::xc_vcpu_setaffinity(xch, domid, vcpu as c_int, hard, soft, flags)
        })
        .map(drop)
    }

    /// Sets on which NUMA nodes a domain's memory is preferably allocated, one bit each; nodes that the host cannot
    /// have are dropped.
    pub fn set_node_affinity(&self, domid: u32, nodes: &[u8]) -> Result<()> {
        let mut nodes = nodes.to_vec();
        nodes.resize(self.max_nodes()?.div_ceil(8) as usize, 0);
        // SAFETY: a set of the size in which libxenctrl reads it.
        self.call("domain_node_setaffinity", |xch| unsafe {
            sys::xc_domain_node_setaffinity(xch, domid, nodes.as_mut_ptr())
        })
        .map(drop)
    }

    /// On which NUMA nodes a domain's memory is preferably allocated, a bit for each that the host can have.
    pub fn node_affinity(&self, domid: u32) -> Result<Vec<u8>> {
        let mut nodes = vec![0; self.max_nodes()?.div_ceil(8) as usize];
        // SAFETY: a set of the size in which libxenctrl writes it.
        self.call("domain_node_getaffinity", |xch| unsafe {
            sys::xc_domain_node_getaffinity(xch, domid, nodes.as_mut_ptr())
        })?;
        Ok(nodes)
    }

    /// The first cpupool whose id is `id` or higher; `None` if there is none.
    pub fn cpupool_from(&self, id: u32) -> Result<Option<CpupoolInfo>> {
        let size = self.max_cpus()?.div_ceil(8) as usize;
        let xch = self.xch()?;
        // SAFETY: an open handle.
        let raw = unsafe { sys::xc_cpupool_getinfo(xch, id) };
        // SAFETY: NULL or what the function made.
        let Some(info) = (unsafe { raw.as_ref() }) else {
            return match HypervisorError::last("cpupool_getinfo") {
                e if e.errno == Errno::ENOENT => Ok(None),
                e => Err(e),
            };
        };
        let pool = CpupoolInfo {
            id: info.cpupool_id,
            scheduler: info.sched_id,
            domains: info.n_dom,
            // SAFETY: libxenctrl's map has a bit for each of this host's cpus.
            cpus: unsafe { std::slice::from_raw_parts(info.cpumap, size) }.to_vec(),
        };
        // SAFETY: made above, freed once, and no longer borrowed.
        unsafe { sys::xc_cpupool_infofree(xch, raw) };
        Ok(Some(pool))
    }

    /// The cpus that belong to no cpupool, one bit each.
    pub fn free_cpus(&self) -> Result<Vec<u8>> {
        let size = self.max_cpus()?.div_ceil(8) as usize;
        let xch = self.xch()?;
        // SAFETY: an open handle.
        let map = unsafe { sys::xc_cpupool_freeinfo(xch) };
        if map.is_null() {
            return Err(HypervisorError::last("cpupool_freeinfo"));
        }
        // SAFETY: libxenctrl's map has a bit for each of this host's cpus.
        let cpus = unsafe { std::slice::from_raw_parts(map, size) }.to_vec();
        // SAFETY: it is ours to free, and comes from calloc.
        unsafe { libc::free(map.cast()) };
        Ok(cpus)
    }

    /// The scheduler Xen was booted with: `XEN_SCHEDULER_*`.
    pub fn scheduler(&self) -> Result<c_int> {
        let mut id = 0;
        // SAFETY: a number to be written.
        self.call("sched_id", |xch| unsafe { sys::xc_sched_id(xch, &mut id) })?;
        Ok(id)
    }

    /// Makes a cpupool without cpus, numbered `wanted` or as Xen likes; answers its number.
    pub fn cpupool_create(&self, wanted: Option<u32>, scheduler: u32) -> Result<u32> {
        let mut pool = wanted.unwrap_or(sys::XC_CPUPOOL_POOLID_ANY);
        // SAFETY: a number to be read and written.
        self.call("cpupool_create", |xch| unsafe {
            sys::xc_cpupool_create(xch, &mut pool, scheduler)
        })?;
        Ok(pool)
    }

    /// Ends a cpupool that has neither cpus nor domains.
    pub fn cpupool_destroy(&self, pool: u32) -> Result<()> {
        // SAFETY: a plain number.
        self.call("cpupool_destroy", |xch| unsafe { sys::xc_cpupool_destroy(xch, pool) }).map(drop)
    }

    /// Gives a cpu to a cpupool.
    pub fn cpupool_add_cpu(&self, pool: u32, cpu: c_int) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("cpupool_addcpu", |xch| unsafe { sys::xc_cpupool_addcpu(xch, pool, cpu) })
            .map(drop)
    }

    /// Takes a cpu from a cpupool.
    pub fn cpupool_remove_cpu(&self, pool: u32, cpu: c_int) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("cpupool_removecpu", |xch| unsafe { sys::xc_cpupool_removecpu(xch, pool, cpu) })
            .map(drop)
    }

    /// Moves a domain to a cpupool.
    pub fn cpupool_move_domain(&self, pool: u32, domid: u32) -> Result<()> {
        // SAFETY: plain numbers.
        self.call("cpupool_movedomain", |xch| unsafe {
            sys::xc_cpupool_movedomain(xch, pool, domid)
        })
        .map(drop)
    }
}
