//! Building a PV guest, whose kernel uses page tables of machine frames.

use super::{Build, Loaded, host_map, mebibytes, numa};
use crate::core::{Error, Result};
use crate::error;
use crate::types::idiomatic::DomainBuildInfoPv;
use crate::xen::guest::{Image, ImageKind};

pub fn build(build: &Build, pv: &DomainBuildInfoPv) -> Result<Loaded> {
    let (ctx, domid, info) = (build.ao.ctx(), build.domid, &build.config.b_info);
    let failed = |e| build.failed(e);
    let (kernel, ramdisk) = (build.kernel()?, build.ramdisk());
    let cmdline = build.payload.cmdline.as_ref().map(|text| text.as_c_str());
    // The `features` argument is `None`: the idiomatic configuration does not have this `const` field, and no known
    // application sets it.
    let mut image = Image::new(ctx.hypervisor(), ImageKind::Pv, &build.facts()?, cmdline, None)
        .map_err(failed)?;
    image.set_kernel(kernel.blob()).map_err(failed)?;
    if let Some(ramdisk) = &ramdisk {
        image.add_module(ramdisk.blob(), None).map_err(failed)?;
    }
    if !info.vnuma_nodes.is_empty() {
        let ranges = if pv.e820_host == Some(true) {
            let map = host_map::of_guest(ctx, domid, info, pv)?;
            numa::along_map(&info.vnuma_nodes, &map).ok_or_else(|| {
                error!(
                    ctx,
                    domid = domid,
                    "cannot set up vNUMA: the memory map has too little memory for all vnodes"
                );
                Error::Fail
            })?
        } else {
            numa::contiguous(&info.vnuma_nodes)
        };
        let vnuma = numa::set(build, ranges)?;
        image.set_numa(&vnuma.ranges, &vnuma.on_host).map_err(failed)?;
    }
    image.parse(domid).map_err(failed)?;
    build.check_abort()?;
    image.populate(mebibytes(info.target_memkb)).map_err(failed)?;
    build.check_abort()?;
    image.load().map_err(failed)?;
    Ok(image.rings().into())
}
