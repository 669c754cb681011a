# A Linux PV guest finds its functions and drives them, releases them, and gets others, while it runs.
#: pci
#: linux
#: long
pci_host
assignable 05.0 06.0 06.1
/share/pci-initrd /tmp/pci-initrd.gz
guest=pci-linux
minutes=4 # a kernel boots and finds cards, which is slow in an emulated Xen host beside another
cards() { until_true grep -q "CARDS:$1\." /var/log/xen/guest-$guest.log; grep CARDS: /var/log/xen/guest-$guest.log | tr -d '\r'; }
: > /var/log/xen/guest-$guest.log
create $guest linux-pv 'ramdisk="/tmp/pci-initrd.gz"' 'pci=["00:05.0"]'
xl unpause $guest
cards ' 0000:00:00.0=e1000e'
of_pci $guest
try xl pci-attach $guest 00:06.1
cards ' 0000:00:00.0=e1000e 0000:00:01.0=e1000e'
of_pci $guest
try xl pci-detach $guest 00:05.0
cards ' 0000:00:01.0=e1000e'
try xl pci-detach $guest 00:06.1
cards ''
of_pci $guest
try xl pci-attach $guest 00:06.0
cards ' 0000:00:00.0=e1000e'
try xl destroy $guest
of_pci
pci_host
