# A Linux HVM guest finds its functions and drives them, releases one when it is asked, and gets another.
#: pci
#: linux
#: long
pci_host
assignable 05.0 06.0 06.1
/share/pci-initrd /tmp/pci-initrd.gz
guest=pci-lhvm
log=/var/log/xen/serial-$guest.log
minutes=4 # a kernel boots and finds cards, which is slow in an emulated Xen host beside another
cards() { until_true grep -aq "CARDS:$1\." $log; grep -a CARDS: $log | tr -d '\r'; }
: > $log
mapfile -t kernel < <(/share/hvm-kernel /guest/vmlinuz /tmp/pci-initrd.gz /tmp/pci-kernel)
config $guest linux-hvm "${kernel[@]}" 'extra="console=ttyS0 quiet"' "serial=\"file:$log\"" 'pci=["00:05.0@8"]'
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
