"""The devices that devices.c has Debian's library complete, one a line."""

import itertools
import json

KINDS = ["pv", "pvh", "hvm"]


def case(kind, hotplug, name, device):
    print(kind, int(hotplug), name, json.dumps(device), sep="\t")


def every(name, devices, kinds=KINDS, hotplugs=(False, True)):
    for kind, hotplug, device in itertools.product(kinds, hotplugs, devices):
        case(kind, hotplug, name, device)


BACKENDS = [{"backend_domname": "Domain-0"}, {"backend_domname": "none such"}, {"backend_domname": "12"},
            {"backend_domname": ""}, {"backend_domid": 3}, {"backend_domid": 3, "backend_domname": "Domain-0"}]
MAC = {"mac": "00:16:3e:00:00:01"}
NIC = [MAC, dict(MAC, nictype="vif"), dict(MAC, nictype="vif_ioemu"), dict(MAC, mtu=9000, model="e1000", bridge="br"),
       dict(MAC, script="/bin/true", trusted="False", devid=4, ifname="x")]
every("nic", NIC + [dict(MAC, **b) for b in BACKENDS])
case("none", False, "nic", MAC)
case("none", False, "nic", dict(MAC, nictype="vif"))

FILE, DIRECTORY, CHARACTERS, MISSING = "/etc/passwd", "/", "/dev/null", "/no/such/disk"
DISK = {"vdev": "xvda", "pdev_path": FILE, "readwrite": 1, "format": "raw"}
disks = [DISK, dict(DISK, readwrite=0), dict(DISK, discard_enable="False", trusted="False")]
many = [dict(DISK, pdev_path=path, backend=backend, format=format_, **more)
          for path, backend, format_, more in itertools.product(
              [FILE, DIRECTORY, CHARACTERS, MISSING], ["unknown", "phy", "tap", "qdisk", "standalone"],
              ["unknown", "raw", "qcow2"], [{}, {"script": "block-x"}, {"backend_domid": 3}])]
disks += [{"vdev": "hdc", "is_cdrom": 1, "format": "empty", **more} for more in
          [{}, {"pdev_path": ""}, {"pdev_path": FILE}, {"backend": "phy"}, {"backend": "qdisk"}, {"backend": "tap"}]]
disks += [{"vdev": "xvdb", "format": "empty"}, {"vdev": "xvdb", "format": "raw"}, {"format": "raw", "backend": "qdisk"}]
disks += [dict(DISK, is_cdrom=1, backend=backend, pdev_path=path) for backend, path in
          itertools.product(["unknown", "phy", "qdisk", "tap"], [FILE, MISSING])]
disks += [dict(DISK, specification=specification, transport=transport, backend=backend) for
          specification, transport, backend in itertools.product(
              ["unknown", "xen", "virtio"], ["unknown", "mmio"], ["unknown", "phy", "qdisk", "standalone"])]
disks += [dict(DISK, colo_enable="True", backend=backend, backend_domid=3) for backend in ["unknown", "phy", "qdisk"]]
disks += [dict(DISK, specification="virtio", backend_domid=3, **more) for more in
          [{}, {"format": "qcow2"}, {"script": "x"}, {"colo_enable": "True"}, {"backend": "standalone"}]]
every("disk", many, kinds=["pv"], hotplugs=[True])
every("disk", disks + [dict(DISK, **b) for b in BACKENDS])
case("none", False, "disk", dict(DISK, is_cdrom=1, backend="phy", pdev_path=FILE))

every("vfb", [{}, {"vnc": {"enable": "False"}}, {"vnc": {"enable": "False", "findunused": "True"}},
              {"vnc": {"listen": "::1"}}, {"sdl": {"enable": "True"}}, {"sdl": {"opengl": "True"}}] + BACKENDS)
every("vkb", [{}, {"backend_type": "linux"}, {"backend_type": "qemu"}] + BACKENDS)
every("pci", [{"bus": 3}, {"bus": 3, "rdm_policy": "relaxed"}, {"bus": 3, "rdm_policy": "strict"}])
every("vtpm", [dict(b, uuid="11111111-2222-3333-4444-555555555555") for b in [{}] + BACKENDS])
for name in ["p9", "pvcallsif", "vdispl", "vsnd"]:
    every(name, [{}] + BACKENDS)
every("usbctrl", [{"type": type_, "version": version, "ports": ports} for type_, version, ports in itertools.product(
    ["auto", "pv", "qusb", "devicemodel"], [0, 1, 2, 3, 4], [-1, 0, 2, 6, 15, 16, 31, 32])] + BACKENDS, ["pv", "hvm"], [False])
