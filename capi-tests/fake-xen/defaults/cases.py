"""The cases: configurations as JSON, each field that a rule looks at varied for each kind of guest.

Printed one a line, as driver.c reads them: name, flags, capabilities of the host, configuration.
"""

import itertools
import json
import sys

HVM, PV, DIRECTIO, HAP, SHADOW, PT_SHARE, VMTRACE, VPMU, GNTTAB1, GNTTAB2 = (1 << n for n in range(10))
FULL = 0x3ff
KINDS = ["pv", "pvh", "hvm"]
PCI = [{"func": 0, "dev": 2, "bus": 3}]
VNUMA = [{"memkb": 262144, "distances": [10], "pnode": 0, "vcpus": [0]}]

count = 0


def case(name, kind, config=None, flags="", caps=FULL, c=None, b=None, u=None):
    """c, b, u: what is set in c_info, b_info and the kind's own part."""
    global count
    full = {
        "c_info": {"type": kind, "name": "guest", "uuid": "5f6a1c2e-7a0b-4c1d-9a55-0d1f2e3c4b5a"},
        "b_info": {"max_vcpus": 2, "max_memkb": 262144, "target_memkb": 262144, f"type.{kind}": dict(u or {})},
    }
    full["c_info"].update(c or {})
    full["b_info"].update(b or {})
    full.update(config or {})
    for part in (full["c_info"], full["b_info"]):
        for key in [k for k, v in part.items() if v is None]:
            del part[key]
    count += 1
    print(f"{count:04} {kind} {name}", flags, hex(caps) if isinstance(caps, int) else caps, json.dumps(full), sep="\t")


def each_kind(name, **more):
    for kind in KINDS:
        case(name, kind, **more)


def vary(part, field, values, kinds=KINDS, **more):
    for kind, value in itertools.product(kinds, values):
        case(f"{field}={json.dumps(value)}", kind, **{part: {field: value}}, **more)


YESNO = ["True", "False"]

# Configurations with defaults only, on hosts of all kinds.
each_kind("nothing said", b={"max_vcpus": None, "max_memkb": None, "target_memkb": None})
each_kind("no vcpus said", b={"max_vcpus": None})
each_kind("no target said", b={"target_memkb": None})
each_kind("no most memory said", b={"max_memkb": None})
for caps in [0, HAP, SHADOW, HAP | SHADOW, FULL & ~HAP, FULL & ~GNTTAB2, FULL & ~(GNTTAB1 | GNTTAB2), FULL & ~DIRECTIO,
             FULL & ~PT_SHARE, FULL & ~VPMU]:
    each_kind(f"host {caps:#x}", caps=caps)
each_kind("host dead", caps="dead")

# Create info.
vary("c", "hap", YESNO)
vary("c", "hap", YESNO, caps=HAP)
vary("c", "hap", YESNO, caps=SHADOW)
for field in ["oos", "run_hotplug_scripts", "driver_domain", "xend_suspend_evtchn_compat"]:
    vary("c", field, YESNO)
vary("c", "ssidref", [0, 5])
vary("c", "ssid_label", ["known", "unknown", "no flask"])
vary("b", "exec_ssid_label", ["known", "unknown", "no flask"])
vary("b", "device_model_ssid_label", ["known", "unknown", "no flask"])
vary("b", "exec_ssidref", [7])
case("three labels", "pv", c={"ssid_label": "known"}, b={"exec_ssid_label": "no", "device_model_ssid_label": "unknown"})
vary("c", "poolid", [0, 3, 4, 5, 4294967295])
vary("c", "pool_name", ["Pool-0", "other", "none such", "3", "4", "17", "", "0003", "99999999999"], kinds=["pv"])
case("pool by name and number", "pv", c={"poolid": 0, "pool_name": "other"})
for kind in KINDS:
    case("create type 0", kind, flags="create_type=0")
    case("create type -1", kind, flags="f create_type=-1")
    case("create type 9", kind, flags="f create_type=9")
    case("build type 0", kind, flags="f build_type=0")
    case("build type -1", kind, flags="build_type=-1")
    case("build type 9", kind, flags="f build_type=9")
for kind, other in itertools.permutations(KINDS, 2):
    case(f"create info of {other}", kind, c={"type": other}, flags="f")

# Passthrough, with memory on demand, virtual NUMA and several views of memory.
MODES = ["default", "disabled", "enabled", "sync_pt", "share_pt"]
for kind, mode, devices in itertools.product(KINDS, MODES, [{}, {"pcidevs": PCI}, {"dtdevs": [{"path": "/x"}]}]):
    of = next(iter(devices), "none")
    case(f"passthrough {mode}, devices {of}", kind, devices, c={"passthrough": mode})
for kind, mode, caps in itertools.product(KINDS, MODES, [FULL & ~DIRECTIO, FULL & ~PT_SHARE, FULL & ~HAP]):
    case(f"passthrough {mode} on {caps:#x}", kind, {"pcidevs": PCI}, c={"passthrough": mode}, caps=caps)
for kind, hap in itertools.product(KINDS, YESNO):
    case(f"pci, hap={hap}", kind, {"pcidevs": PCI}, c={"hap": hap})
    case(f"share_pt, hap={hap}", kind, c={"hap": hap, "passthrough": "share_pt"})
each_kind("passthrough 9", flags="passthrough=9")
DEMAND = {"max_memkb": 524288}
each_kind("on demand", b=DEMAND)
each_kind("on demand, shadow", b=DEMAND, caps=FULL & ~HAP)
each_kind("on demand, pci", config={"pcidevs": PCI}, b=DEMAND)
each_kind("on demand, sync_pt", b=DEMAND, c={"passthrough": "sync_pt"})
each_kind("on demand, vnuma", b=dict(DEMAND, vnuma_nodes=VNUMA))
each_kind("on demand, pci, vnuma", config={"pcidevs": PCI}, b=dict(DEMAND, vnuma_nodes=VNUMA))
each_kind("vnuma", b={"vnuma_nodes": VNUMA})
each_kind("on demand because nothing is said of the most", config={"pcidevs": PCI}, b={"max_memkb": None})
for kind, views, nested, more in itertools.product(KINDS, ["disabled", "mixed", "external", "limited"],
                                                   [None, "True", "False"], [{}, DEMAND]):
    case(f"altp2m {views}, nested {nested}, {more}", kind, b=dict(more, altp2m=views, nested_hvm=nested))
for nested, more, old in itertools.product([None, "True"], [{}, DEMAND], YESNO):
    case(f"old altp2m {old}, nested {nested}, {more}", "hvm", b=dict(more, nested_hvm=nested), u={"altp2m": old})
each_kind("altp2m 9", flags="altp2m=9")
for caps in [FULL, FULL & ~VPMU]:
    vary("b", "vpmu", YESNO, caps=caps)

# Memory.
SIZES = [0, 1, 1023, 4096, 131071, 131072, 131073, 262143, 262144, 262145, 264193, 1 << 30, (1 << 33) + 5]
for kind, size in itertools.product(KINDS, SIZES):
    case(f"all memory {size}", kind, b={"max_memkb": size, "target_memkb": size})
for kind, size in itertools.product(KINDS, SIZES[:-1]):
    case(f"target {size}", kind, b={"target_memkb": size})
for size in SIZES:
    case(f"iommu tables for {size}", "pv", {"pcidevs": PCI}, b={"max_memkb": size, "target_memkb": size})
    case(f"shadow for {size}", "pvh", b={"max_memkb": size, "target_memkb": size}, caps=SHADOW)
for field in ["shadow_memkb", "iommu_memkb", "video_memkb", "stubdomain_memkb"]:
    vary("b", field, [0, 1, 8192, 1 << 33])
vary("b", "max_vcpus", [0, 1, 4, 128, 1000, 65536, -1], flags="")
vary("b", "avail_vcpus", [[], [0], [0, 1, 2], [9], [1023], [1024], [5000]])
for size in [1, 8, 1024, 1025, 9000]:
    each_kind(f"room for {size} vcpus", flags=f"avail={size}")
vary("b", "vcpu_hard_affinity", [[[0, 1], [2]], []])
vary("b", "vcpu_soft_affinity", [[[0, 1], [2]], []])
each_kind("cpumap and affinity", b={"cpumap": [1], "vcpu_hard_affinity": [[0], [2, 30]]})
# By our library alone: sections.py has the reason. Cpus that the host cannot have are left out.
for vcpus, wanted in [(1, [[1, 3, 23]]), (3, [[1, 3, 23]] * 3)]:
    each_kind(f"cpumap alone {wanted}", b={"cpumap": [1, 3, 23, 24, 70], "max_vcpus": vcpus}, flags="o")
vary("b", "nodemap", [[0], [3]])

# Plain settings of all kinds.
for field in ["numa_placement", "localtime", "disable_migrate", "claim_mode", "acpi", "nested_hvm", "apic",
              "dm_restrict"]:
    vary("b", field, YESNO)
vary("b", "event_channels", [0, 1, 1023, 131071])
vary("b", "max_grant_version", [-1, 0, 1, 2, 3, 15, 16, 100, -2])
vary("b", "max_grant_version", [-1, 2], caps=HAP)
vary("b", "max_grant_frames", [0, 64])
vary("b", "max_maptrack_frames", [0, 64])
vary("b", "blkdev_start", ["xvdq"])
vary("b", "iomem", [[{"start": 10, "number": 2}], [{"start": 10, "number": 2, "gfn": 99}, {"start": 7, "number": 1}]])
vary("b", "timer_mode", ["delay_for_missed_ticks", "no_delay_for_missed_ticks", "one_missed_tick_pending"])
vary("b", "tsc_mode", ["default", "native_paravirt"])
vary("b", "vmtrace_buf_kb", [0, 64])
vary("b", "kernel", ["/boot/k"])
vary("b", "ramdisk", ["/boot/r"])
vary("b", "cmdline", ["quiet"])
each_kind("kernel and all", b={"kernel": "/k", "ramdisk": "/r", "cmdline": "c"})
vary("b", "bootloader", ["pygrub"])
vary("b", "sched_params", [{"sched": "credit2", "weight": 17}])
vary("b", "arch_x86", [{"msr_relaxed": "True"}, {"msr_relaxed": "False"}])
vary("b", "cpuid", [{"cpuid": [{"leaf": 1, "ecx": "x" * 31 + "0"}], "msr": []}])
each_kind("timer 9", flags="timer=9")
each_kind("apic 5", flags="apic=5")
each_kind("hap -7", flags="hap=-7")

# Settings that have moved.
for field, new, old in [("apic", "False", "True"), ("nested_hvm", "True", "False"),
                        ("timer_mode", "one_missed_tick_pending", "no_missed_ticks_pending")]:
    case(f"old {field}", "hvm", u={field: old})
    case(f"old and new {field}", "hvm", b={field: new}, u={field: old})
    case(f"old and new {field}, the same", "hvm", b={field: old}, u={field: old})
for field in ["kernel", "bootloader", "cmdline", "ramdisk"]:
    case(f"old {field}", "pv", u={field: "old"})
    case(f"old and new {field}", "pv", b={field: "new"}, u={field: "old"})
    case(f"empty old {field}", "pv", b={field: "new"}, u={field: ""})
case("old bootloader_args", "pv", u={"bootloader_args": ["a", "b"]})
case("old and new bootloader_args", "pv", b={"bootloader_args": ["c"]}, u={"bootloader_args": ["a", "b"]})
case("all old of pv", "pv", u={"kernel": "k", "bootloader": "b", "cmdline": "c", "ramdisk": "r", "bootloader_args": ["x"]})

# The device model.
DMS = {"none": {}, "there": {"device_model": "/bin/sh"}, "missing": {"device_model": "/no/such/qemu"},
       "not a program": {"device_model": "/etc/passwd"}, "a directory": {"device_model": "/"},
       "a file as directory": {"device_model": "/etc/passwd/x"}, "relative": {"device_model": "qemu"}}
VERSIONS = [None, "qemu_xen", "qemu_xen_traditional"]
for kind, (dm, setting), version in itertools.product(KINDS, DMS.items(), VERSIONS):
    case(f"QEMU {dm}, version {version}", kind, b=dict(setting, device_model_version=version))
for kind, dm, version in itertools.product(KINDS, ["none", "missing"], VERSIONS):
    case(f"stubdomain, QEMU {dm}, version {version}", kind,
         b=dict(DMS[dm], device_model_stubdomain="True", device_model_version=version))
    case(f"no stubdomain, QEMU {dm}, version {version}", kind,
         b=dict(DMS[dm], device_model_stubdomain="False", device_model_version=version))
for kind, version in itertools.product(KINDS, VERSIONS[1:]):
    case(f"stubdomain with all, {version}", kind,
         b={"device_model_stubdomain": "True", "device_model_version": version, "stubdomain_kernel": "/k",
            "stubdomain_ramdisk": "/r", "stubdomain_memkb": 5000, "device_model_ssidref": 3, "video_memkb": 16384})
for version, bios in itertools.product(VERSIONS, ["rombios", "seabios", "ovmf"]):
    case(f"bios {bios}, version {version}", "hvm", b={"device_model_version": version}, u={"bios": bios})
    case(f"bios {bios}, version {version}, stubdomain", "hvm",
         b={"device_model_version": version, "device_model_stubdomain": "True"}, u={"bios": bios})
each_kind("version 9", flags="version=9")
case("version 9 and bios", "hvm", u={"bios": "seabios"}, flags="f version=9")
case("bios 9", "hvm", flags="bios=9")
case("bios 9 of the old", "hvm", b={"device_model_version": "qemu_xen_traditional"}, flags="bios=9")

# Graphics.
VIDEO = [None, 0, 1024, 4096, 4097, 8191, 8192, 16383, 16384, 131071, 131072, 1 << 33]
for version, kind, size in itertools.product(VERSIONS[1:], [None, "unknown", "cirrus", "std", "none", "qxl"], VIDEO):
    case(f"{kind} with {size} on {version}", "hvm", b={"device_model_version": version, "video_memkb": size},
         u={"vga": {"kind": kind} if kind else {}})
case("vga 9", "hvm", flags="vga=9")
case("hdtype 0", "hvm", flags="hdtype=0")
case("hdtype 9", "hvm", flags="hdtype=9")
case("rdm 9", "hvm", flags="rdm=9")
SCREENS = {"vnc": [{}, {"enable": "True"}, {"enable": "False"}, {"listen": "::1"}, {"findunused": "False"},
                   {"enable": "False", "listen": "::1"}, {"display": 3, "passwd": "p"}],
           "sdl": [{}, {"enable": "True"}, {"enable": "False"}, {"opengl": "True"}, {"enable": "True", "opengl": "True"}],
           "spice": [{}, {"enable": "True"}, {"enable": "False"}, {"enable": "True", "disable_ticketing": "True"},
                     {"enable": "True", "agent_mouse": "False"}, {"enable": "True", "vdagent": "True"},
                     {"enable": "True", "clipboard_sharing": "True"}, {"vdagent": "True"}, {"usbredirection": 3},
                     {"enable": "True", "usbredirection": 3}, {"enable": "False", "usbredirection": -1}]}
for screen, settings in SCREENS.items():
    vary("u", screen, settings, kinds=["hvm"])
for vnc, sdl, spice in itertools.product([{}, {"enable": "False"}], [{}, {"enable": "True"}], [{}, {"enable": "True"}]):
    case(f"screens {vnc} {sdl} {spice}", "hvm", u={"vnc": vnc, "sdl": sdl, "spice": spice})

# USB, old and new.
for usb, version, device, devices, redirection in itertools.product(
        [None, "True", "False"], [0, 1, 3], [None, "tablet"], [None, ["mouse", "tablet"]], [0, 4]):
    u = {"usbversion": version, "spice": {"enable": "True", "usbredirection": redirection}}
    u.update({k: v for k, v in [("usb", usb), ("usbdevice", device), ("usbdevice_list", devices)] if v})
    case(f"usb {usb} {version} {device} {devices} {redirection}", "hvm", u=u)

# The rest of HVM.
for field in ["pae", "acpi", "acpi_s3", "acpi_s4", "acpi_laptop_slate", "nx", "viridian", "hpet", "vpt_align", "altp2m",
              "vkb_device", "xen_platform_pci", "nographic", "gfx_passthru"]:
    vary("u", field, YESNO, kinds=["hvm"])
vary("u", "mmio_hole_memkb", [0, 1 << 20], kinds=["hvm"])
vary("u", "hdtype", ["ide", "ahci"], kinds=["hvm"])
vary("u", "boot", ["n", ""], kinds=["hvm"])
vary("u", "rdm", [{}, {"strategy": "host"}, {"policy": "strict"}, {"policy": "relaxed"}], kinds=["hvm"])
vary("u", "rdm_mem_boundary_memkb", [0, 5], kinds=["hvm"])
vary("u", "serial_list", [["pty", "null"]], kinds=["hvm"])
vary("u", "viridian_enable", [[0, 1]], kinds=["hvm"])

# PV and PVH.
vary("u", "e820_host", YESNO, kinds=["pv"])
vary("u", "slack_memkb", [0, 5], kinds=["pv"])
for field, values in [("pvshim", YESNO), ("pvshim_path", ["/s"]), ("pvshim_cmdline", ["c"]), ("pvshim_extra", ["e"])]:
    vary("u", field, values, kinds=["pvh"])
for path, cmdline in itertools.product([None, "/s"], [None, "c"]):
    u = {k: v for k, v in [("pvshim_path", path), ("pvshim_cmdline", cmdline)] if v}
    case(f"shim {path} {cmdline}", "pvh", u=dict(u, pvshim="True"))

# Two faults at once: which is named.
FAULTS = {
    "label": ("c", {"ssid_label": "unknown"}), "pool": ("c", {"poolid": 77}), "vpmu": ("b", {"vpmu": "True"}),
    "share": ("c", {"passthrough": "share_pt", "hap": "False"}), "grants": ("b", {"max_grant_version": 99}),
    "vcpus": ("b", {"avail_vcpus": [2000]}), "boot": ("b", {"cmdline": "x"}), "bios": ("u", {"bios": "rombios"}),
    "moved": ("bu", {"apic": "True"}), "video": ("b", {"video_memkb": 1}), "usb": ("u", {"usb": "True", "usbversion": 2}),
    "qemu": ("b", {"device_model": "/etc/passwd"}), "views": ("b", {"altp2m": "mixed", "nested_hvm": "True"}),
    "demand": ("b", {"altp2m": "mixed", "target_memkb": 131072}), "vnuma": ("b", {"vnuma_nodes": VNUMA, "target_memkb": 1}),
}
for one, two in itertools.combinations(FAULTS, 2):
    parts = {"c": {}, "b": {}, "u": {}}
    for name in (one, two):
        where, what = FAULTS[name]
        for part in where:
            parts[part].update(what)
    # What one fault would hide of the other is no pair.
    case(f"faults {one} and {two}", "hvm", caps=FULL & ~VPMU, **parts)

# A configuration with everything in it.
with open(sys.argv[1]) as rich:
    full = json.load(rich)
for kind in KINDS:
    own = full["b_info"].get("type.hvm") if kind == "hvm" else {}
    create = {k: v for k, v in full["c_info"].items() if k not in ("type", "ssid_label", "passthrough")}
    build = {k: v for k, v in full["b_info"].items() if k not in ("type.hvm", "cpumap", "vnuma_nodes", "target_memkb")}
    build.update(target_memkb=build["max_memkb"], device_model="/bin/sh")
    rest = {k: v for k, v in full.items() if k not in ("c_info", "b_info")}
    case("everything", kind, rest, c=create, b=build, u=own)
    case("everything but PCI", kind, {k: v for k, v in rest.items() if k != "pcidevs"}, c=create, b=build, u=own)
