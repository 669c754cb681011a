# Detached by force from an HVM guest that does not release it. By then the guest cannot use anything of it.
#: pci
pci_host
assignable 05.0 06.0
options='passthrough="enabled"' guest pci-force hvm -p 'passthrough="enabled"'
reference pci-attach pci-force 00:05.0
reference pci-attach pci-force 00:06.0
try xl pci-detach -f pci-force 00:05.0
of_pci pci-force
reference destroy pci-force
pci_host
