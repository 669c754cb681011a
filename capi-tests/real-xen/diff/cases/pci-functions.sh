# All functions of one device, of which there is one; where they cannot be had.
#: pci
pci_host
assignable 05.0 06.0
options='passthrough="enabled"' guest pci-one pv -p 'passthrough="enabled"'
pcifront pci-one
try xl pci-attach pci-one '00:06.*@7'
try xl pci-attach pci-one '00:05.*'
try xl pci-attach pci-one '00:1e.*@5'
try xl pci-attach pci-one '00:05.*@7'
connected pci-one
try xl pci-list pci-one
of_pci pci-one
try xl pci-detach pci-one '00:05.*'
of_pci pci-one
pci_host
