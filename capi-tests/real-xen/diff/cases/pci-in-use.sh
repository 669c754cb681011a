# Functions that a guest has: others cannot get them, and they stay assigned, whatever is tried; when the guest is destroyed,
# another one can.
#: pci
#: long
pci_host
assignable 05.0 06.0
guest pci-user1 pv -p 'passthrough="enabled"'
guest pci-user2 hvm -p 'passthrough="enabled"'
pcifront pci-user1
reference pci-attach pci-user1 00:05.0
connected pci-user1
reference pci-attach pci-user2 00:06.0
try xl pci-attach pci-user2 00:05.0
try xl pci-attach pci-user2 00:05.0,seize=1
create pci-user3 pv 'pci=["00:06.0"]'
create pci-user4 hvm 'pci=["00:05.0"]'
try xl pci-detach pci-user2 00:05.0
try xl pci-assignable-add 00:05.0
try xl pci-assignable-add -n taken 00:06.0
try xl pci-assignable-remove 00:06.0
try xl pci-assignable-remove -r 00:05.0
try xl pci-list pci-user1
try xl pci-list pci-user2
of_pci pci-user1 pci-user2
try xl destroy pci-user1
try xl pci-attach pci-user2 00:05.0
try xl pci-list pci-user2
pci_host
