# By force from a guest that does not have the function: the one that has it keeps it.
#: pci
pci_host
assignable 05.0 06.0
create pci-has pv 'pci=["00:05.0"]'
options='passthrough="enabled"' guest pci-hasnt pv -p 'passthrough="enabled"'
try xl pci-detach -f pci-hasnt 00:05.0
of_pci pci-has
try xl pci-assignable-list
pcifront pci-has
connected pci-has
reference destroy pci-has
pci_host
