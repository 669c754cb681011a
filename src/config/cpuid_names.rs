//! The names in a `cpuid=` setting, and the bits that they stand for.
//!
//! There are two kinds: libxl's own older names, some of which stand for fields of several bits, and Xen's names of the
//! single bits of its feature set (`XEN_CPUFEATURE` in Xen's `arch-x86/cpufeatureset.h`, in lower case, with `_`
//! replaced by `-`). If both kinds have a name, the older one is used.

#[cfg_attr(since = "4.20", path = "cpuid_names_since_4_20.rs")]
#[cfg_attr(not(since = "4.20"), path = "cpuid_names_until_4_20.rs")]
mod later;

/// A register that the CPUID instruction fills.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reg {
    Eax,
    Ebx,
    Ecx,
    Edx,
}
use Reg::{Eax, Ebx, Ecx, Edx};

/// The register that contains the bits of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BitLocation {
    /// Leaf, subleaf, register.
    Cpuid(u32, Option<u32>, Reg),
    /// Index, and the number that is added to the bit number (32 for the upper half).
    Msr(u32, u8),
}
use BitLocation::{Cpuid, Msr};

/// A field with an older name.
pub struct CpuidField {
    pub name: &'static str,
    pub place: BitLocation,
    pub bit: u8,
    pub width: u8,
}

/// The fields of one register: name, lowest bit, width.
type Fields = &'static [(&'static str, u8, u8)];

/// libxl's older names.
const FIELDS: &[(BitLocation, Fields)] = &[
    (Cpuid(0x0000_0000, None, Eax), &[("maxleaf", 0, 32)]),
    (Cpuid(0x0000_0001, None, Eax), &[("stepping", 0, 4), ("model", 4, 8), ("family", 8, 8)]),
    (
        Cpuid(0x0000_0001, None, Ebx),
        &[("brandid", 0, 8), ("clflush", 8, 8), ("proccount", 16, 8), ("localapicid", 24, 8)],
    ),
    (
        Cpuid(0x0000_0001, None, Ecx),
        &[
            ("est", 7, 1),
            ("cntxid", 10, 1),
            ("cmpxchg16", 13, 1),
            ("sse4_1", 19, 1),
            ("sse4.1", 19, 1),
            ("sse4_2", 20, 1),
            ("sse4.2", 20, 1),
            ("aes", 25, 1),
        ],
    ),
    (
        Cpuid(0x0000_0001, None, Edx),
        &[
            ("cmpxchg8", 8, 1),
            ("sysenter", 11, 1),
            ("psn", 18, 1),
            ("clfsh", 19, 1),
            ("tm", 29, 1),
            ("ia64", 30, 1),
            ("pbe", 31, 1),
        ],
    ),
    (Cpuid(0x0000_0006, None, Eax), &[("arat", 2, 1)]),
    (Cpuid(0x0000_0007, Some(0), Ebx), &[("tsc_adjust", 1, 1), ("cmt", 12, 1)]),
    (
        Cpuid(0x8000_0001, None, Ecx),
        &[
            ("lahfsahf", 0, 1),
            ("cmplegacy", 1, 1),
            ("altmovcr8", 4, 1),
            ("nodeid", 19, 1),
            ("perfctr_core", 23, 1),
            ("perfctr_nb", 24, 1),
        ],
    ),
    (Cpuid(0x0000_0004, Some(0), Eax), &[("procpkg", 26, 6)]),
    (Cpuid(0x8000_0007, None, Edx), &[("invtsc", 8, 1)]),
    (Cpuid(0x8000_0008, None, Ebx), &[("ppin", 23, 1), ("btc-no", 29, 1)]),
    (Cpuid(0x8000_0008, None, Ecx), &[("nc", 0, 8), ("apicidsize", 12, 4)]),
    (
        Cpuid(0x8000_000a, None, Edx),
        &[
            ("svm_npt", 0, 1),
            ("svm_lbrv", 1, 1),
            ("svm_nrips", 3, 1),
            ("svm_tscrate", 4, 1),
            ("svm_vmcbclean", 5, 1),
            ("svm_decode", 7, 1),
            ("svm_pausefilt", 10, 1),
        ],
    ),
    (Cpuid(0x8000_0021, None, Eax), &[("lfence+", 2, 1)]),
    (Cpuid(0x4000_0000, None, Eax), &[("maxhvleaf", 0, 8)]),
];

/// The features of one register: bit, name.
type Features = &'static [(u8, &'static str)];

/// Those of several registers.
type FeatureTable = &'static [(BitLocation, Features)];

/// Xen's names of single bits, those of Xen 4.17.
const FEATURES: FeatureTable = &[
    (
        Cpuid(0x0000_0001, None, Edx),
        &[
            (0, "fpu"),
            (1, "vme"),
            (2, "de"),
            (3, "pse"),
            (4, "tsc"),
            (5, "msr"),
            (6, "pae"),
            (7, "mce"),
            (8, "cx8"),
            (9, "apic"),
            (11, "sep"),
            (12, "mtrr"),
            (13, "pge"),
            (14, "mca"),
            (15, "cmov"),
            (16, "pat"),
            (17, "pse36"),
            (19, "clflush"),
            (21, "ds"),
            (22, "acpi"),
            (23, "mmx"),
            (24, "fxsr"),
            (25, "sse"),
            (26, "sse2"),
            (27, "ss"),
            (28, "htt"),
            (29, "tm1"),
            (31, "pbe"),
        ],
    ),
    (
        Cpuid(0x0000_0001, None, Ecx),
        &[
            (0, "sse3"),
            (1, "pclmulqdq"),
            (2, "dtes64"),
            (3, "monitor"),
            (4, "dscpl"),
            (5, "vmx"),
            (6, "smx"),
            (7, "eist"),
            (8, "tm2"),
            (9, "ssse3"),
            (12, "fma"),
            (13, "cx16"),
            (14, "xtpr"),
            (15, "pdcm"),
            (17, "pcid"),
            (18, "dca"),
            (19, "sse4-1"),
            (20, "sse4-2"),
            (21, "x2apic"),
            (22, "movbe"),
            (23, "popcnt"),
            (24, "tsc-deadline"),
            (25, "aesni"),
            (26, "xsave"),
            (27, "osxsave"),
            (28, "avx"),
            (29, "f16c"),
            (30, "rdrand"),
            (31, "hypervisor"),
        ],
    ),
    (
        Cpuid(0x8000_0001, None, Edx),
        &[
            (11, "syscall"),
            (20, "nx"),
            (22, "mmxext"),
            (25, "ffxsr"),
            (26, "page1gb"),
            (27, "rdtscp"),
            (29, "lm"),
            (30, "3dnowext"),
            (31, "3dnow"),
        ],
    ),
    (
        Cpuid(0x8000_0001, None, Ecx),
        &[
            (0, "lahf-lm"),
            (1, "cmp-legacy"),
            (2, "svm"),
            (3, "extapic"),
            (4, "cr8-legacy"),
            (5, "abm"),
            (6, "sse4a"),
            (7, "misalignsse"),
            (8, "3dnowprefetch"),
            (9, "osvw"),
            (10, "ibs"),
            (11, "xop"),
            (12, "skinit"),
            (13, "wdt"),
            (15, "lwp"),
            (16, "fma4"),
            (19, "nodeid-msr"),
            (21, "tbm"),
            (22, "topoext"),
            (26, "dbext"),
            (29, "monitorx"),
        ],
    ),
    (
        Cpuid(0x0000_000d, Some(1), Eax),
        &[(0, "xsaveopt"), (1, "xsavec"), (2, "xgetbv1"), (3, "xsaves")],
    ),
    (
        Cpuid(0x0000_0007, Some(0), Ebx),
        &[
            (0, "fsgsbase"),
            (1, "tsc-adjust"),
            (2, "sgx"),
            (3, "bmi1"),
            (4, "hle"),
            (5, "avx2"),
            (6, "fdp-excp-only"),
            (7, "smep"),
            (8, "bmi2"),
            (9, "erms"),
            (10, "invpcid"),
            (11, "rtm"),
            (12, "pqm"),
            (13, "no-fpu-sel"),
            (14, "mpx"),
            (15, "pqe"),
            (16, "avx512f"),
            (17, "avx512dq"),
            (18, "rdseed"),
            (19, "adx"),
            (20, "smap"),
            (21, "avx512-ifma"),
            (23, "clflushopt"),
            (24, "clwb"),
            (25, "proc-trace"),
            (26, "avx512pf"),
            (27, "avx512er"),
            (28, "avx512cd"),
            (29, "sha"),
            (30, "avx512bw"),
            (31, "avx512vl"),
        ],
    ),
    (
        Cpuid(0x0000_0007, Some(0), Ecx),
        &[
            (0, "prefetchwt1"),
            (1, "avx512-vbmi"),
            (2, "umip"),
            (3, "pku"),
            (4, "ospke"),
            (6, "avx512-vbmi2"),
            (7, "cet-ss"),
            (8, "gfni"),
            (9, "vaes"),
            (10, "vpclmulqdq"),
            (11, "avx512-vnni"),
            (12, "avx512-bitalg"),
            (14, "avx512-vpopcntdq"),
            (22, "rdpid"),
            (25, "cldemote"),
            (27, "movdiri"),
            (28, "movdir64b"),
            (29, "enqcmd"),
        ],
    ),
    (Cpuid(0x8000_0007, None, Edx), &[(7, "hw-pstate"), (8, "itsc"), (9, "cpb"), (10, "efro")]),
    (
        Cpuid(0x8000_0008, None, Ebx),
        &[
            (0, "clzero"),
            (2, "rstr-fp-err-ptrs"),
            (9, "wbnoinvd"),
            (12, "ibpb"),
            (14, "ibrs"),
            (15, "amd-stibp"),
            (16, "ibrs-always"),
            (17, "stibp-always"),
            (18, "ibrs-fast"),
            (19, "ibrs-same-mode"),
            (20, "no-lmsl"),
            (23, "amd-ppin"),
            (24, "amd-ssbd"),
            (25, "virt-ssbd"),
            (26, "ssb-no"),
            (28, "psfd"),
            (29, "btc-no"),
            (30, "ibpb-ret"),
        ],
    ),
    (
        Cpuid(0x0000_0007, Some(0), Edx),
        &[
            (2, "avx512-4vnniw"),
            (3, "avx512-4fmaps"),
            (4, "fsrm"),
            (8, "avx512-vp2intersect"),
            (9, "srbds-ctrl"),
            (10, "md-clear"),
            (11, "rtm-always-abort"),
            (13, "tsx-force-abort"),
            (14, "serialize"),
            (15, "hybrid"),
            (16, "tsxldtrk"),
            (20, "cet-ibt"),
            (23, "avx512-fp16"),
            (26, "ibrsb"),
            (27, "stibp"),
            (28, "l1d-flush"),
            (29, "arch-caps"),
            (30, "core-caps"),
            (31, "ssbd"),
        ],
    ),
    (
        Cpuid(0x0000_0007, Some(1), Eax),
        &[(4, "avx-vnni"), (5, "avx512-bf16"), (10, "fzrm"), (11, "fsrs"), (12, "fsrcs")],
    ),
    (
        Cpuid(0x8000_0021, None, Eax),
        &[
            (2, "lfence-dispatch"),
            (5, "verw-clear"),
            (6, "nscb"),
            (8, "auto-ibrs"),
            (27, "sbpb"),
            (28, "ibpb-brtype"),
            (29, "srso-no"),
            (30, "srso-us-no"),
            (31, "srso-msr-fix"),
        ],
    ),
    (Cpuid(0x0000_0007, Some(1), Ebx), &[(0, "intel-ppin")]),
    (
        Cpuid(0x0000_0007, Some(2), Edx),
        &[(0, "intel-psfd"), (1, "ipred-ctrl"), (2, "rrsba-ctrl"), (4, "bhi-ctrl"), (5, "mcdt-no")],
    ),
    (Cpuid(0x0000_0007, Some(1), Edx), &[(18, "cet-sss")]),
    (
        Msr(0x10a, 0),
        &[
            (0, "rdcl-no"),
            (1, "eibrs"),
            (2, "rsba"),
            (3, "skip-l1dfl"),
            (4, "intel-ssb-no"),
            (5, "mds-no"),
            (6, "if-pschange-mc-no"),
            (7, "tsx-ctrl"),
            (8, "taa-no"),
            (9, "mcu-ctrl"),
            (10, "misc-pkg-ctrl"),
            (11, "energy-filtering"),
            (12, "doitm"),
            (13, "sbdr-ssdp-no"),
            (14, "fbsdp-no"),
            (15, "psdp-no"),
            (17, "fb-clear"),
            (18, "fb-clear-ctrl"),
            (19, "rrsba"),
            (20, "bhi-no"),
            (21, "xapic-status"),
            (23, "ovrclk-status"),
            (24, "pbrsb-no"),
            (25, "gds-ctrl"),
            (26, "gds-no"),
            (27, "rfds-no"),
            (28, "rfds-clear"),
        ],
    ),
    (Msr(0x10a, 32), &[(30, "its-no")]),
    (Cpuid(0x8000_0021, None, Ecx), &[(1, "tsa-sq-no"), (2, "tsa-l1-no")]),
];

/// The field that `name` stands for.
pub fn find(name: &[u8]) -> Option<CpuidField> {
    let older = FIELDS.iter().flat_map(|&(place, fields)| {
        fields.iter().map(move |&(name, bit, width)| CpuidField { name, place, bit, width })
    });
    let features = FEATURES.iter().chain(later::MORE).flat_map(|&(place, bits)| {
        bits.iter().map(move |&(bit, name)| CpuidField { name, place, bit, width: 1 })
    });
    older.chain(features).find(|field| field.name.as_bytes() == name)
}
