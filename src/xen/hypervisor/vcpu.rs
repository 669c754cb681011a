//! Vcpus and cpupools.

use std::ffi::c_int;

use nix::errno::Errno;

use super::{Hypervisor, HypervisorError, Result, sys};

/// One vcpu: where it runs and its affinities. The maps have one bit per CPU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VcpuInfo {
    pub cpu: u32,
    pub online: bool,
    pub blocked: bool,
    pub running: bool,
    /// The CPU time used, in nanoseconds.
    pub cpu_time: u64,
    /// Its hard affinity.
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
    /// The CPUs, one bit each.
    pub cpus: Vec<u8>,
}

impl Hypervisor {
    /// The state of vcpu `vcpu` of a domain.
    pub fn vcpu(&self, domid: u32, vcpu: u32, max_cpus: u32) -> Result<VcpuInfo> {
        // SAFETY: the struct consists of numbers, so all zeroes is a valid value.
        let mut raw: sys::xen_domctl_getvcpuinfo = unsafe { std::mem::zeroed() };
        // SAFETY: the struct has the type that the function fills.
        self.call("vcpu_getinfo", |xch| unsafe {
            sys::xc_vcpu_getinfo(xch, domid, vcpu, &mut raw)
        })?;
        let size = max_cpus.div_ceil(8) as usize;
        let (mut hard, mut soft) = (vec![0u8; size], vec![0u8; size]);
        // SAFETY: libxenctrl copies as many bytes as the host's CPUs need, according to `max_cpus`.
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
    /// by the one that Xen uses, with a bit for each CPU that the host can have; CPUs beyond those are dropped.
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
        // SAFETY: the maps are NULL or have the size in which libxenctrl reads and writes them.
        self.call("vcpu_setaffinity", |xch| unsafe {
            sys::xc_vcpu_setaffinity(xch, domid, vcpu as c_int, hard, soft, flags)
        })
        .map(drop)
    }

    /// Sets the NUMA nodes on which a domain's memory is preferably allocated, one bit each; nodes that the host cannot
    /// have are dropped.
    pub fn set_node_affinity(&self, domid: u32, nodes: &[u8]) -> Result<()> {
        let mut nodes = nodes.to_vec();
        nodes.resize(self.max_nodes()?.div_ceil(8) as usize, 0);
        // SAFETY: the map has the size in which libxenctrl reads it.
        self.call("domain_node_setaffinity", |xch| unsafe {
            sys::xc_domain_node_setaffinity(xch, domid, nodes.as_mut_ptr())
        })
        .map(drop)
    }

    /// The NUMA nodes on which a domain's memory is preferably allocated, with a bit for each node that the host can
    /// have.
    pub fn node_affinity(&self, domid: u32) -> Result<Vec<u8>> {
        let mut nodes = vec![0; self.max_nodes()?.div_ceil(8) as usize];
        // SAFETY: the map has the size in which libxenctrl writes it.
        self.call("domain_node_getaffinity", |xch| unsafe {
            sys::xc_domain_node_getaffinity(xch, domid, nodes.as_mut_ptr())
        })?;
        Ok(nodes)
    }

    /// The first cpupool whose id is `id` or higher; `None` if there is none.
    pub fn cpupool_from(&self, id: u32) -> Result<Option<CpupoolInfo>> {
        let size = self.max_cpus()?.div_ceil(8) as usize;
        let xch = self.xch()?;
        // SAFETY: the handle is open.
        let raw = unsafe { sys::xc_cpupool_getinfo(xch, id) };
        // SAFETY: the pointer is NULL or refers to what the function has allocated.
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
            // SAFETY: libxenctrl's map has a bit for each of the host's CPUs.
            cpus: unsafe { std::slice::from_raw_parts(info.cpumap, size) }.to_vec(),
        };
        // SAFETY: it was allocated above, is freed once, and is no longer borrowed.
        unsafe { sys::xc_cpupool_infofree(xch, raw) };
        Ok(Some(pool))
    }

    /// The CPUs that belong to no cpupool, one bit each.
    pub fn free_cpus(&self) -> Result<Vec<u8>> {
        let size = self.max_cpus()?.div_ceil(8) as usize;
        let xch = self.xch()?;
        // SAFETY: the handle is open.
        let map = unsafe { sys::xc_cpupool_freeinfo(xch) };
        if map.is_null() {
            return Err(HypervisorError::last("cpupool_freeinfo"));
        }
        // SAFETY: libxenctrl's map has a bit for each of the host's CPUs.
        let cpus = unsafe { std::slice::from_raw_parts(map, size) }.to_vec();
        // SAFETY: the caller owns the map, which was allocated with calloc.
        unsafe { libc::free(map.cast()) };
        Ok(cpus)
    }

    /// The scheduler that Xen was booted with: `XEN_SCHEDULER_*`.
    pub fn scheduler(&self) -> Result<c_int> {
        let mut id = 0;
        // SAFETY: `id` may be written to during the call.
        self.call("sched_id", |xch| unsafe { sys::xc_sched_id(xch, &mut id) })?;
        Ok(id)
    }

    /// Creates a cpupool without CPUs, with the id `wanted` or one that Xen chooses. Returns the id.
    pub fn cpupool_create(&self, wanted: Option<u32>, scheduler: u32) -> Result<u32> {
        let mut pool = wanted.unwrap_or(sys::XC_CPUPOOL_POOLID_ANY);
        // SAFETY: the id may be read and written during the call.
        self.call("cpupool_create", |xch| unsafe {
            sys::xc_cpupool_create(xch, &mut pool, scheduler)
        })?;
        Ok(pool)
    }

    /// Destroys a cpupool that has neither CPUs nor domains.
    pub fn cpupool_destroy(&self, pool: u32) -> Result<()> {
        // SAFETY: the argument is a number.
        self.call("cpupool_destroy", |xch| unsafe { sys::xc_cpupool_destroy(xch, pool) }).map(drop)
    }

    /// Adds a CPU to a cpupool.
    pub fn cpupool_add_cpu(&self, pool: u32, cpu: c_int) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("cpupool_addcpu", |xch| unsafe { sys::xc_cpupool_addcpu(xch, pool, cpu) })
            .map(drop)
    }

    /// Removes a CPU from a cpupool.
    pub fn cpupool_remove_cpu(&self, pool: u32, cpu: c_int) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("cpupool_removecpu", |xch| unsafe { sys::xc_cpupool_removecpu(xch, pool, cpu) })
            .map(drop)
    }

    /// Moves a domain to a cpupool.
    pub fn cpupool_move_domain(&self, pool: u32, domid: u32) -> Result<()> {
        // SAFETY: all arguments are numbers.
        self.call("cpupool_movedomain", |xch| unsafe {
            sys::xc_cpupool_movedomain(xch, pool, domid)
        })
        .map(drop)
    }
}
