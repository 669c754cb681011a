//! The names of features that Xen 4.18 to 4.20 have added to those of 4.17, as Debian 13's library knows them
//! (ed317b8619: the names come from Xen's `cpufeatureset.h`).

use super::BitLocation::{Cpuid, Msr};
use super::FeatureTable;
use super::Reg::{Eax, Ecx, Edx};

pub const MORE: FeatureTable = &[
    (Cpuid(0x0000_0001, None, Ecx), &[(11, "sdbg")]),
    (Cpuid(0x8000_0001, None, Ecx), &[(30, "addr-msk-ext")]),
    (Cpuid(0x0000_000d, Some(1), Eax), &[(4, "xfd")]),
    (
        Cpuid(0x0000_0007, Some(0), Ecx),
        &[(5, "waitpkg"), (13, "tme"), (16, "la57"), (24, "bld"), (30, "sgx-lc"), (31, "pks")],
    ),
    (
        Cpuid(0x0000_0007, Some(0), Edx),
        &[
            (1, "sgx-keys"),
            (5, "uintr"),
            (18, "pconfig"),
            (19, "arch-lbr"),
            (22, "amx-bf16"),
            (24, "amx-tile"),
            (25, "amx-int8"),
        ],
    ),
    (
        Cpuid(0x0000_0007, Some(1), Eax),
        &[
            (0, "sha512"),
            (1, "sm3"),
            (2, "sm4"),
            (7, "cmpccxadd"),
            (17, "fred"),
            (19, "wrmsrns"),
            (21, "amx-fp16"),
            (23, "avx-ifma"),
        ],
    ),
    (
        Cpuid(0x8000_0021, None, Eax),
        &[
            (0, "no-nest-bp"),
            (1, "fs-gs-ns"),
            (10, "amd-fsrs"),
            (11, "amd-fsrc"),
            (17, "cpuid-user-dis"),
            (18, "epsf"),
            (19, "fsrsc"),
            (20, "amd-prefetchi"),
        ],
    ),
    (Cpuid(0x0000_0007, Some(2), Edx), &[(3, "ddp-ctrl")]),
    (
        Cpuid(0x0000_0007, Some(1), Edx),
        &[
            (4, "avx-vnni-int8"),
            (5, "avx-ne-convert"),
            (8, "amx-complex"),
            (10, "avx-vnni-int16"),
            (14, "prefetchi"),
        ],
    ),
    (Msr(0x10a, 32), &[(0, "pb-opt-ctrl")]),
];

#[cfg(test)]
mod tests {
    use crate::types::cpuid::Policy;

    #[test]
    fn a_later_name_sets_its_bit() {
        let mut policy = Policy::default();
        assert_eq!(policy.set(b"sm4=1"), Ok(()));
        let [leaf] = &policy.cpuid[..] else { panic!("one leaf") };
        assert_eq!((leaf.leaf, leaf.subleaf), (7, 1));
        let expected = format!("{}1xx", "x".repeat(29));
        assert_eq!(leaf.registers[0].as_ref().map(|bits| &bits[..]), Some(expected.as_bytes()));
    }
}
