# A Linux HVM guest finds its functions and drives them, releases one when it is asked, and gets another.
#: pci
#: linux
#: long
#: minutes 40
pci_host
assignable 05.0 06.0 06.1
/share/pci-initrd /tmp/pci-initrd.gz
guest=pci-lhvm
log=/var/log/xen/serial-$guest.log
minutes=10 # SeaBIOS reads the kernel byte by byte, each of which is a request to QEMU: minutes in an emulated Xen host
cards() { until_true grep -aq "CARDS:$1\." $log; grep -a CARDS: $log | tr -d '\r'; }
: > $log
config $guest linux-hvm 'type="hvm"' 'kernel="/guest/vmlinuz"' 'ramdisk="/tmp/pci-initrd.gz"' 'memory=256' \
  'extra="console=ttyS0 quiet"' "serial=\"file:$log\"" 'vnc=0' 'nographic=1' 'pci=["00:05.0@8"]'
try xl create -q -e /tmp/$guest.cfg
made $guest
cards ' 0000:00:08.0=e1000e'
of_pci $guest
try xl pci-attach $guest 00:06.1@9
cards ' 0000:00:08.0=e1000e 0000:00:09.0=e1000e'
of_pci $guest
# The guest has 10 s to release it, which its kernel does not keep in every emulation.
released() { ! reference pci-list $guest | grep -q 05.0 || { xl pci-detach $guest 00:05.0 2> /dev/null; false; }; }
until_true released
cards ' 0000:00:09.0=e1000e'
of_pci $guest
try xl destroy $guest
of_pci
pci_host
