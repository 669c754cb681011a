# Guests destroyed while functions are being attached to them, and detached: nothing of them is left, and others can have
# the functions.
#: pci
#: long
pci_host
assignable 05.0 06.0
guest pci-dest1 pv -p 'passthrough="enabled"'
# Nobody answers: the second function waits.
reference pci-attach pci-dest1 00:05.0
later one xl pci-attach pci-dest1 00:06.0
until_true xenstore-exists /libxl/pci/0000-00-06-0/domid
sleep 1
try xl destroy pci-dest1
finished one
try xl pci-assignable-list
of_pci
rm -f /tmp/pci-answers
guest pci-dest2 pv -p 'passthrough="enabled"'
pcifront pci-dest2 /tmp/pci-answers
reference pci-attach pci-dest2 00:05.0
connected pci-dest2
later two xl pci-detach pci-dest2 00:05.0
until_state "/local/domain/0/backend/pci/$(id_of pci-dest2)/0" 7
try xl destroy pci-dest2
finished two
try xl pci-assignable-list
of_pci
guest pci-dest3 hvm -p 'passthrough="enabled"'
reference pci-attach pci-dest3 00:05.0
later three xl pci-detach pci-dest3 00:05.0
sleep 2
try xl destroy pci-dest3
finished three
try xl pci-assignable-list
of_pci
pci_host
