# A function that is pulled out of the host while a guest has it.
#: sed stdout s,^(may use I/O (Memory|Ports) +).*,\1N, -- where a rescan puts the function
#: pci
#: long
pci_host
assignable 05.0 07.0
create pci-gone pv 'pci=["00:07.0", "00:05.0"]'
pcifront pci-gone
connected pci-gone
echo 1 > /sys/bus/pci/devices/0000:00:07.0/remove
sleep 1
try xl pci-assignable-list
try xl pci-list pci-gone
try xl pci-attach pci-gone 00:07.0
try xl pci-detach pci-gone 00:07.0
of_pci pci-gone
try xl destroy pci-gone
of_pci
echo 1 > /sys/bus/pci/rescan
sleep 1
pci_host
of_pci
