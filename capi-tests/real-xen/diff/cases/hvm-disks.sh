# Disks of an HVM guest by every bus and format.
truncate -s 1M /root/hvm-d1.img /root/hvm-d2.img
python3 -c '
import struct
header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, 1 << 20, 0, 1, 196608, 65536, 1, 0, 0)
open("/root/hvm.qcow2", "wb").write(header.ljust(65536, b"\0") + struct.pack(">Q", 131072).ljust(65536, b"\0") + (b"\0\1" * 4).ljust(65536, b"\0") + bytes(65536))'
create hdk hvm 'disk=["/root/hvm-d1.img,raw,hda,rw", "/root/hvm.qcow2,qcow2,hdb,rw", "/root/hvm-d2.img,raw,xvdc,ro", ",raw,hdd,ro,cdrom"]'
qemu hdk
id=$(id_of hdk)
devices | numberless "$id"
try xl qemu-monitor-command hdk 'info block'
try xl block-list hdk
try xl destroy hdk
create hdk-scsi hvm "$stand_in" 'hdtype="ahci"' 'disk=["/root/hvm-d1.img,raw,hda,rw,direct-io-safe", "/root/hvm-d2.img,raw,sda,rw,no-discard"]'
qemu hdk-scsi
try xl destroy hdk-scsi
create hdk-ro hvm "$stand_in" 'disk=["/root/hvm-d1.img,raw,hda,ro"]'
create hdk-five hvm "$stand_in" 'disk=["/root/hvm-d1.img,raw,hde,rw"]'
[ -z "$(id_of hdk-five)" ] || { qemu hdk-five; try xl destroy hdk-five; }
#: long
