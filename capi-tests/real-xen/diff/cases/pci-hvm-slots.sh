# Slots of an HVM guest: free ones, one that another function has, QEMU's own, and such as there are not.
#: pci
#: long
pci_host
assignable 05.0 06.0 06.1
guest pci-slots hvm -p 'passthrough="enabled"'
try xl pci-attach pci-slots 00:05.0@6
try_each xl pci-attach pci-slots -- 00:06.0@6 00:06.0@0 00:06.1@1 00:06.1@20 00:06.1,vslot=1f 00:06.0@7
try xl pci-list pci-slots
reference qemu-monitor-command pci-slots 'info pci' | grep -E 'Bus|Ethernet|id "pci-pt'
of_pci pci-slots
reference destroy pci-slots
of_pci
# At creation.
create pci-slots2 hvm 'pci=["00:05.0@8", "00:06.0@8"]'
of_pci pci-slots2
pci_host
