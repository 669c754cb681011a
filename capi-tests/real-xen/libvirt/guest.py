"""The small PVH guest that load.py and measure.py have libvirt manage; and where its daemon is."""
SOCKET = "/run/libvirt/libvirt-sock"
VIRSH = ["virsh", "-q", "-c", "xen:///system"]


def describe(name, memory=8192):
    """Writes the description of a guest with so many KiB; the file's name."""
    path = f"/tmp/{name}.xml"
    with open(path, "w", encoding="ascii") as file:
        file.write(
            f"<domain type='xen'><name>{name}</name><memory unit='KiB'>{memory}</memory><vcpu>1</vcpu>"
            "<os><type arch='x86_64' machine='xenpvh'>xenpvh</type><kernel>/guest/tiny</kernel></os>"
            "<on_poweroff>destroy</on_poweroff><on_crash>destroy</on_crash><devices><console type='pty'/></devices></domain>")
    return path
