# A PV guest that has connected its PCI front end, and then writes that it has not: it has the function until it has released
# it, so that another guest must not get it.
#: pci
pci_host
assignable 05.0 06.0
create pci-liar pv 'pci=["00:05.0", "00:06.0"]'
pcifront pci-liar /tmp/never
connected pci-liar
xenstore-write "/local/domain/$(id_of pci-liar)/device/pci/0/state" 1
try xl pci-detach pci-liar 00:05.0
try xl pci-list pci-liar
try xl pci-detach -f pci-liar 00:05.0
try xl destroy pci-liar
pci_host
