# PCI devices that cannot be attached or detached, and guests that they cannot be attached to.
#: pci
pci_host
assignable 05.0 06.0
options='passthrough="enabled"' guest pci-e1 pv -p 'passthrough="enabled"'
guest pci-e2 pv -p
guest pci-e3 hvm -p "$stand_in"
guest pci-e4 pvh -p
pcifront pci-e1
try_each xl pci-attach pci-e1 -- 07.0 00:07.0 00:1e.0 00:05.9 name=none name= 00:05.0,name=x 00:05.0@20 00:05.0,odd=1 00:05.0,rdm_policy=odd '' '00:07.*'
try xl pci-attach 9999 00:05.0
try xl pci-attach none 00:05.0
try xl pci-attach 0 00:1e.0
try xl pci-detach pci-e1 00:05.0
try xl pci-detach 9999 00:05.0
# Without an IOMMU.
try xl pci-attach pci-e2 00:05.0
try xl pci-attach pci-e3 00:05.0
try xl pci-attach pci-e4 00:05.0
of_pci pci-e2 pci-e3 pci-e4
# Another one has it; another one is there.
try xl pci-attach pci-e1 00:05.0
connected pci-e1
try xl pci-attach pci-e1 00:05.0
try xl pci-attach pci-e2 00:05.0
try xl pci-detach pci-e1 00:06.0
try xl pci-detach pci-e2 00:05.0
try xl pci-assignable-remove 00:05.0
try xl pci-list pci-e1
try xl pci-list pci-e2
of_pci pci-e1
reference destroy pci-e1
of_pci
pci_host
