# PCI functions of the host given to guests by libvirt: to one that runs, with and without its managing them, at a creation, and one
# that is another guest's.
#: pci
#: long
libvirt
# hostdev FUNCTION MANAGED: the element for 0000:00:05.0 and the like.
hostdev() {
  echo "<hostdev mode='subsystem' type='pci' managed='$2'><source><address domain='0x0000' bus='0x00' slot='0x${1%.*}' function='0x${1#*.}'/></source></hostdev>"
}
hostdev 05.0 no > /tmp/hostdev-5.xml
hostdev 06.0 yes > /tmp/hostdev-6.xml
# Who drives it.
driver() { basename "$(readlink "/sys/bus/pci/devices/0000:00:$1/driver" || echo none)"; }
# What libvirt has made of them may outlive it.
theirs() {
  local function
  for function in 05.0 06.0; do echo > "/sys/bus/pci/devices/0000:00:$function/driver_override"; done
  pci_host
}
theirs
drivers() { echo "05.0 has $(driver 05.0), 06.0 has $(driver 06.0)"; }
drivers
xml v-host hvm
sed -i 's,</os>,&<features><xen><passthrough state="on"/></xen></features>,' /tmp/v-host.xml
try virsh create --paused /tmp/v-host.xml
made v-host
try virsh attach-device v-host /tmp/hostdev-5.xml --live
try virsh nodedev-detach pci_0000_00_05_0
drivers
try virsh attach-device v-host /tmp/hostdev-5.xml --live
try virsh attach-device v-host /tmp/hostdev-6.xml --live
drivers
of_pci v-host
grep -h 'error' /var/log/libvirt/libxl/libxl-driver.log | tail -5
virsh dumpxml v-host | grep -A 6 '<hostdev'
reference pci-list v-host
xml v-host-2 hvm "$(cat /tmp/hostdev-6.xml)"
try virsh create /tmp/v-host-2.xml
made v-host-2
of_pci v-host v-host-2
try virsh detach-device v-host /tmp/hostdev-6.xml --live
drivers
of_pci v-host
try virsh destroy v-host
drivers
of_pci v-host
try virsh nodedev-reattach pci_0000_00_05_0
drivers
started v-host-3 hvm "$(cat /tmp/hostdev-6.xml)"
drivers
of_pci v-host-3
try virsh destroy v-host-3
drivers
theirs
