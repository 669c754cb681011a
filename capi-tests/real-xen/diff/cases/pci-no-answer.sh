# A PV guest without a driver for its functions: one is taken from it, and it is destroyed with another.
#: pci
pci_host
assignable 05.0 06.0
create pci-mute pv 'pci=["00:05.0", "00:06.0"]'
try xl pci-detach pci-mute 00:05.0
try xl pci-list pci-mute
try xl pci-assignable-list
try xl destroy pci-mute
try xl pci-assignable-list
pci_host
