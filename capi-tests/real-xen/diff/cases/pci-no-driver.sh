# Without the driver that keeps functions for guests.
#: pci
pci_host
modprobe -r xen-pciback
try xl pci-assignable-list
try xl pci-assignable-add 00:05.0
try xl pci-assignable-remove 00:05.0
guest pci-nodrv pv -p
try xl pci-attach pci-nodrv 00:05.0
try xl pci-attach pci-nodrv 00:05.0,seize=1
try xl pci-detach pci-nodrv 00:05.0
of_pci pci-nodrv
pci_host
