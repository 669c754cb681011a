# Functions given to an HVM guest, in slots of the guest and where QEMU puts them. Its kernel does not release one.
#: pci
pci_host
assignable 05.0 06.0 06.1
options='passthrough="enabled"' guest pci-hvm hvm -p 'passthrough="enabled"'
try xl pci-attach pci-hvm 00:05.0
of_pci pci-hvm
try xl pci-attach pci-hvm 00:06.1@a,permissive=1
try xl pci-attach pci-hvm 00:06.0@a
of_pci pci-hvm
try xl pci-list pci-hvm
reference qemu-monitor-command pci-hvm 'info pci' | grep -E 'Bus|Ethernet|id "pci-pt'
try xl pci-detach pci-hvm 00:05.0
of_pci pci-hvm
pci_host
