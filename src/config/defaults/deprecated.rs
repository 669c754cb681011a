//! Deprecated settings: a value in the old place is moved to the new one.

use super::Rules;
use crate::core::Result;
use crate::types::idiomatic::{DomainBuildInfo, DomainBuildInfoData as Guest, TimerMode};

/// Moves all values from the old places to the new ones. It is an error if both have a value, since it cannot be
/// decided which was meant.
pub fn move_deprecated(rules: &Rules, build: &mut DomainBuildInfo) -> Result<()> {
    let moved = match &mut build.u {
        Guest::Hvm(old) => {
            moved(&mut build.apic, &mut old.apic)
                && moved_unless(TimerMode::Unknown, &mut build.timer_mode, &mut old.timer_mode)
                && moved(&mut build.nested_hvm, &mut old.nested_hvm)
        }
        Guest::Pv(old) => {
            moved(&mut build.kernel, &mut old.kernel)
                && moved(&mut build.bootloader, &mut old.bootloader)
                && moved(&mut build.bootloader_args, &mut old.bootloader_args)
                && moved(&mut build.cmdline, &mut old.cmdline)
                && moved(&mut build.ramdisk, &mut old.ramdisk)
        }
        _ => true,
    };
    if moved { Ok(()) } else { Err(rules.refuse(format_args!("Unable to copy deprecated fields"))) }
}

/// Moves the value of `old`, if there is one. Returns false if both places have a value.
fn moved<T: Default + PartialEq>(new: &mut T, old: &mut T) -> bool {
    moved_unless(T::default(), new, old)
}

fn moved_unless<T: PartialEq>(unsaid: T, new: &mut T, old: &mut T) -> bool {
    if *old == unsaid {
        return true;
    }
    if *new != unsaid {
        return false;
    }
    *new = std::mem::replace(old, unsaid);
    true
}
