# Functions for guests that do not run: paused, with and without a driver; shut down and kept; a PVH guest, which can have none.
#: pci
#: long
pci_host
assignable 05.0 06.0 06.1
guest pci-end1 pv -p 'passthrough="enabled"' 'on_poweroff="preserve"'
# Paused, without a driver: the first function needs none, another waits for it.
try xl pci-attach pci-end1 00:05.0
try xl pci-attach pci-end1 00:06.0
try xl pci-list pci-end1
pcifront pci-end1
connected pci-end1
try xl pci-attach pci-end1 00:06.0
connected pci-end1
ends "$(id_of pci-end1)" 0
domains | grep pci-end
try xl pci-attach pci-end1 00:06.1
connected pci-end1
try xl pci-detach pci-end1 00:05.0
try xl pci-list pci-end1
of_pci pci-end1
try xl destroy pci-end1
of_pci
guest pci-end2 hvm -p 'passthrough="enabled"'
ends "$(id_of pci-end2)" 0
try xl pci-attach pci-end2 00:05.0
try xl pci-list pci-end2
try xl destroy pci-end2
guest pci-end3 pvh -p
ends "$(id_of pci-end3)" 0
try xl pci-attach pci-end3 00:05.0
try xl pci-detach pci-end3 00:05.0
of_pci
pci_host
