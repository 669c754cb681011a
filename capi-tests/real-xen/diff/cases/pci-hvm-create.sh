# An HVM guest made with functions; what is left when it is destroyed.
#: pci
pci_host
assignable 05.0 06.0 06.1
create pci-hvmc hvm 'pci=["00:05.0@8,permissive=1", "00:06.1"]'
of_pci pci-hvmc
try xl pci-list pci-hvmc
reference qemu-monitor-command pci-hvmc 'info pci' | grep -E 'Bus|Ethernet|id "pci-pt'
try xl destroy pci-hvmc
of_pci
pci_host
