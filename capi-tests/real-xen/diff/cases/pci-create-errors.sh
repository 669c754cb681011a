# Domains that are not made, since they cannot have the functions: nothing of them is left.
#: pci
pci_host
assignable 05.0
create pci-c1 pv 'pci=["00:06.0"]'
create pci-c2 pv 'pci=["00:05.0", "00:06.0"]'
create pci-c3 hvm 'pci=["00:05.0", "00:1e.0"]'
create pci-c4 pvh 'pci=["00:05.0"]'
create pci-c5 pv 'pci=["00:05.0", "00:05.0"]'
create pci-c6 pv 'pci=["00:05.0"]' 'passthrough="disabled"'
of_pci
pci_host
