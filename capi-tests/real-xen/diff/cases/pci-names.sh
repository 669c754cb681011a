# Functions by name: attached, listed and detached.
#: pci
pci_host
reference pci-assignable-add -n disk 00:05.0
reference pci-assignable-add -n nic 00:06.1
options='passthrough="enabled"' guest pci-named pv -p 'passthrough="enabled"'
pcifront pci-named
try xl pci-attach pci-named name=nic
connected pci-named
try xl pci-attach pci-named name=disk,power_mgmt=1
connected pci-named
of_pci pci-named
try xl list -l pci-named
try xl pci-assignable-list -n
try xl pci-detach pci-named name=nic
try xl pci-detach pci-named 00:05.0
of_pci pci-named
create pci-named2 pv 'pci=["name=nic"]'
of_pci pci-named2
create pci-named3 pv 'pci=["name=none"]'
pcifront pci-named2
connected pci-named2
reference destroy pci-named2
pci_host
