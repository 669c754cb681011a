//! Changing a domain's memory target and limit.
//!
//! The target is a node in xenstore, which the guest's balloon driver follows; the limit is a number in Xen, beyond
//! which the guest gets no pages. A transaction covers only the first, so without a lock two calls could leave the
//! target of one with the limit of the other:
//!
//! ```text
//! target 5                      target 3
//! begins                        begins
//! writes 5, limit 5             writes 3
//!                               limit 3
//! commits                       must begin again
//! ```
//!
//! Therefore both libraries change the two under the userdata lock, and restore the limit if the transaction fails, so
//! that the two agree whenever the lock is free. (The exception is a process that is killed between the two changes.
//! The next change corrects that.)

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::idiomatic::{DomainConfig, DomainType};
use crate::xen::hypervisor::DomainInfo;
use crate::xen::store::{Ops, Transaction};

use crate::domain::nodes;
use crate::domain::userdata::{self, Locked};

use super::{fill_dom0, parse, paths};

/// The amount that a domain may have beyond its target, in KiB, for pages that are not guest RAM.
const SLACK: u64 = 1024;

/// The minimum target of domain 0, in KiB.
const MIN_DOM0_TARGET: u64 = 128 * 1024;

/// A change of a target, in KiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TargetChange {
    /// The new target, including video memory.
    To(i64),
    /// A difference to the present target.
    By(i64),
}

impl TargetChange {
    /// The new target of a domain whose present target is `now` and which has `video` KiB of video memory. It is
    /// negative if it is invalid.
    fn of(self, now: u64, video: i64) -> i128 {
        match self {
            Self::To(kb) => i128::from(kb) - i128::from(video),
            Self::By(kb) => (i128::from(now) + i128::from(kb)).max(0),
        }
    }
}

/// The result if the limit is less than the target, or if the target is not known. The C interface distinguishes these
/// from failures by a positive number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused;

/// Sets the memory target of `domid`, and with `enforce` also its limit.
///
/// `Error::LockFail` if there is no such domain, `Error::JsonConfigEmpty` if no configuration is stored for it,
/// `Error::Invalid` for a target beyond the domain's static maximum or below the minimum of domain 0.
pub fn set_target(ctx: &Ctx, domid: u32, change: TargetChange, enforce: bool) -> Result<()> {
    let files = userdata::lock(ctx, domid)?;
    let is_pv = stored_config(ctx, domid, &files)?.c_info.type_ == DomainType::Pv;
    // Domain 0 never has populate-on-demand memory.
    let on_demand = domid != 0 && !is_pv;
    let info = known(ctx, domid)?;
    let mut limit = Limit::new(ctx, &info);
    let mut attempt = || {
        nodes::transaction_now(ctx, |t| {
            let Some(plan) = TargetPlan::new(ctx, domid, t, change)? else { return Ok(false) };
            if enforce {
                limit.set(plan.limit())?;
            }
            if on_demand {
                populate_on_demand(ctx, domid, plan.target)?;
            }
            plan.write(ctx, domid, t, &info)?;
            Ok(true)
        })
    };
    if !attempt()? {
        // Domain 0's values have not been recorded yet.
        fill_dom0(ctx)?;
        if !attempt()? {
            error!(ctx, domid = domid, "cannot read the memory target: it was removed meanwhile");
            return Err(Error::Fail);
        }
    }
    limit.keep();
    Ok(())
}

/// Sets the static maximum of `domid`, and its limit in Xen, to `kb` KiB.
///
/// `Error::LockFail` if there is no such domain, `Error::JsonConfigEmpty` if no configuration is stored for it.
pub fn set_limit(ctx: &Ctx, domid: u32, kb: u64) -> Result<std::result::Result<(), Refused>> {
    let files = userdata::lock(ctx, domid)?;
    let [target_path, max_path] = paths(domid);
    let Some(value) = nodes::peek(ctx, ctx.store(), &target_path) else {
        error!(ctx, domid = domid, "cannot read the memory size in {target_path}: there is none");
        return Ok(Err(Refused));
    };
    let Ok(target) = parse(ctx, domid, &target_path, &value) else { return Ok(Err(Refused)) };
    if kb < target {
        error!(
            ctx,
            domid = domid,
            "cannot set memory limit of {kb} KiB: below the target of {target} KiB"
        );
        return Ok(Err(Refused));
    }
    stored_config(ctx, domid, &files)?;
    let mut limit = Limit::new(ctx, &known(ctx, domid)?);
    // The C library returns the value of the libxenctrl call.
    limit.set(kb.saturating_add(SLACK)).map_err(|_| Error::Nonspecific)?;
    nodes::write_all_for_domain(ctx, domid, &[(max_path, kb.to_string())])?;
    limit.keep();
    Ok(Ok(()))
}

/// The values that a transaction has read, and the new ones; all in KiB.
struct TargetPlan {
    target: u64,
    video: i64,
}

impl TargetPlan {
    /// Reads and checks the values; `None` if domain 0's memory is not recorded yet.
    fn new(ctx: &Ctx, domid: u32, t: &Transaction, change: TargetChange) -> Result<Option<Self>> {
        let [target_path, max_path] = paths(domid);
        let video_path = format!("{}/memory/videoram", nodes::domain_path(domid));
        let wanted = [target_path, max_path, video_path];
        let values = nodes::read_many(ctx, t, &wanted)?;
        if domid == 0 && values[0].is_none() {
            return Ok(None);
        }
        let size = |i: usize| {
            let path = &wanted[i];
            let Some(value) = &values[i] else {
                error!(ctx, domid = domid, "cannot read the memory size in {path}: there is none");
                return Err(Error::Fail);
            };
            parse(ctx, domid, path, value)
        };
        let (now, max) = (size(0)?, size(1)?);
        let video = values[2].as_deref().map_or(0, video_memory);
        let target = change.of(now, video);
        let target = u64::try_from(target).ok().filter(|&kb| kb <= max).ok_or_else(|| {
            error!(
                ctx,
                domid = domid,
                "cannot set memory target of {target} KiB: not between 0 and {max} KiB"
            );
            Error::Invalid
        })?;
        if domid == 0 && target < MIN_DOM0_TARGET {
            error!(
                ctx,
                domid = domid,
                "cannot set memory target of {target} KiB: below the {MIN_DOM0_TARGET} KiB minimum for dom0"
            );
            return Err(Error::Invalid);
        }
        Ok(Some(Self { target, video }))
    }

    /// The limit that belongs to the target.
    fn limit(&self) -> u64 {
        self.target.saturating_add_signed(self.video).saturating_add(SLACK)
    }

    fn write(&self, ctx: &Ctx, domid: u32, t: &Transaction, info: &DomainInfo) -> Result<()> {
        let [target, _] = paths(domid);
        let vm = format!("{}/memory", nodes::vm_path_of(&info.uuid));
        let values = [(target, self.target.to_string()), (vm, (self.target / 1024).to_string())];
        t.write_many(&values).map_err(|e| nodes::failed(ctx, e))
    }
}

/// A domain's limit in Xen. If this is dropped without [`Limit::keep`], the limit is restored. This happens before the
/// lock is released, since the lock was taken first.
struct Limit<'a> {
    ctx: &'a Ctx,
    domid: u32,
    /// In KiB.
    before: u64,
    changed: bool,
}

impl<'a> Limit<'a> {
    fn new(ctx: &'a Ctx, info: &DomainInfo) -> Self {
        // The largest number of pages means no limit, and so does the largest number of KiB.
        let before = info.max_pages.saturating_mul(4);
        Self { ctx, domid: info.domid, before, changed: false }
    }

    fn set(&mut self, kb: u64) -> Result<()> {
        self.ctx.hypervisor().set_max_memory(self.domid, kb).map_err(|e| {
            error!(
                self.ctx,
                domid = self.domid,
                errno = e.errno,
                "cannot set memory limit of {kb} KiB"
            );
            Error::Fail
        })?;
        self.changed = true;
        Ok(())
    }

    fn keep(mut self) {
        self.changed = false;
    }
}

impl Drop for Limit<'_> {
    fn drop(&mut self) {
        if self.changed
            && let Err(e) = self.ctx.hypervisor().set_max_memory(self.domid, self.before)
        {
            let kb = self.before;
            error!(
                self.ctx,
                domid = self.domid,
                errno = e.errno,
                "cannot restore the memory limit of {kb} KiB"
            );
        }
    }
}

/// Sets the populate-on-demand target of an HVM or PVH guest that was started with less than its static maximum.
fn populate_on_demand(ctx: &Ctx, domid: u32, target: u64) -> Result<()> {
    let pages = target.saturating_add(SLACK) / 4;
    ctx.hypervisor().set_pod_target(domid, pages).map_err(|e| {
        error!(
            ctx,
            domid = domid,
            errno = e.errno,
            "cannot set a populate-on-demand target of {pages} pages"
        );
        Error::Fail
    })
}

/// The hypervisor's info of a domain that must exist.
fn known(ctx: &Ctx, domid: u32) -> Result<DomainInfo> {
    let info = ctx.hypervisor().domain(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot get the domain's info: {e}");
        Error::Fail
    })?;
    info.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot get the domain's info: no such domain");
        Error::Fail
    })
}

/// The stored configuration; `Error::JsonConfigEmpty` if there is none.
fn stored_config(ctx: &Ctx, domid: u32, files: &Locked<'_>) -> Result<Box<DomainConfig>> {
    files.config(ctx)?.ok_or_else(|| {
        error!(ctx, domid = domid, "cannot read the stored configuration: there is none");
        Error::JsonConfigEmpty
    })
}

/// The value of `memory/videoram` in KiB, parsed as by `atoi`.
fn video_memory(value: &[u8]) -> i64 {
    let value = value.trim_ascii_start();
    let (sign, digits) = match value {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
    let number = std::str::from_utf8(&digits[..end]).ok().and_then(|d| d.parse::<u32>().ok());
    sign * i64::from(number.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_to_and_by() {
        for (change, now, video, target) in [
            (TargetChange::To(4096), 1, 0, 4096),
            (TargetChange::To(4096), 1, 16, 4080),
            (TargetChange::To(8), 1, 16, -8),
            (TargetChange::To(-1), 1, 0, -1),
            (TargetChange::To(10), 1, -1, 11),
            (TargetChange::By(100), 200, 16, 300),
            (TargetChange::By(-100), 200, 16, 100),
            (TargetChange::By(-200), 200, 0, 0),
            (TargetChange::By(-201), 200, 0, 0),
            (TargetChange::By(i64::MIN), u64::MAX, 0, 0x7fff_ffff_ffff_ffff),
            (TargetChange::By(i64::MAX), 1, 0, 0x8000_0000_0000_0000),
        ] {
            assert_eq!(change.of(now, video), target, "{change:?} from {now}");
        }
    }

    #[test]
    fn limits_are_a_mebibyte_above() {
        assert_eq!(TargetPlan { target: 4096, video: 0 }.limit(), 5120);
        assert_eq!(TargetPlan { target: 4096, video: 16384 }.limit(), 21504);
        assert_eq!(TargetPlan { target: 4096, video: -1 }.limit(), 5119);
        assert_eq!(TargetPlan { target: u64::MAX, video: 0 }.limit(), u64::MAX);
    }

    #[test]
    fn video_memory_as_atoi_reads_it() {
        for (text, kb) in [
            ("0", 0),
            ("16384", 16384),
            (" 8 MB", 8),
            ("-1", -1),
            ("+2", 2),
            ("", 0),
            ("x", 0),
            ("99999999999", 0),
        ] {
            assert_eq!(video_memory(text.as_bytes()), kb, "{text:?}");
        }
    }
}
