# All functions of one device, in one slot of an HVM guest.
#: pci
pci_host
assignable 06.0 06.1
options='passthrough="enabled"' guest pci-all hvm -p 'passthrough="enabled"'
try xl pci-attach pci-all '00:06.*@7'
try xl pci-list pci-all
reference destroy pci-all
nodes /libxl/pci | grep domid
pci_host
