# PCI functions of the host given to guests by libvirt, which xl has made assignable: to one that runs, at a creation, and one that
# is another guest's.
#: pci
#: long
pci_host
assignable 05.0 06.0
libvirt
# hostdev FUNCTION: the element for 0000:00:05.0 and the like.
hostdev() {
  echo "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' bus='0x00' slot='0x${1%.*}' function='0x${1#*.}'/></source></hostdev>"
}
hostdev 05.0 > /tmp/hostdev-5.xml
hostdev 06.0 > /tmp/hostdev-6.xml
hostdev 07.0 > /tmp/hostdev-7.xml
# hvm NAME [DEVICE]: /tmp/NAME.xml. Without ACPI QEMU plugs nothing in.
hvm() {
  own_features=1 xml "$1" hvm "${2-}"
  sed -i 's,</os>,&<features><acpi/><xen><passthrough state="on"/></xen></features>,' "/tmp/$1.xml"
}
hvm v-host
try virsh create --paused /tmp/v-host.xml
made v-host
try virsh attach-device v-host /tmp/hostdev-5.xml --live
try virsh attach-device v-host /tmp/hostdev-6.xml --live
try virsh attach-device v-host /tmp/hostdev-7.xml --live
of_pci v-host
virsh dumpxml v-host | grep -A 6 '<hostdev'
reference pci-list v-host
hvm v-host-2 "$(cat /tmp/hostdev-6.xml)"
try virsh create /tmp/v-host-2.xml
made v-host-2
of_pci v-host v-host-2
# (With the C library the end of a guest that has not released a function when it was asked is the end of libvirtd too.)
try virsh destroy v-host
of_pci v-host
hvm v-host-3 "$(cat /tmp/hostdev-6.xml)"
try virsh create /tmp/v-host-3.xml
made v-host-3
of_pci v-host-3
try virsh destroy v-host-3
of_pci
pci_host
