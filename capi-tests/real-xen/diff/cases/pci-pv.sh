# Functions given to a PV guest that runs, and taken back, whose driver answers.
#: pci
pci_host
assignable 05.0 06.0 06.1
guest pci-pv pv 'passthrough="enabled"'
pcifront pci-pv
try xl pci-attach pci-pv 00:05.0
connected pci-pv
of_pci pci-pv
try xl pci-attach pci-pv 00:06.1@6,permissive=1,power_mgmt=1
connected pci-pv
try xl pci-attach pci-pv 00:06.0,msitranslate=1,rdm_policy=relaxed
connected pci-pv
of_pci pci-pv
try xl pci-list pci-pv
try xl pci-assignable-list
try xl pci-detach pci-pv 00:05.0
of_pci pci-pv
try xl pci-detach pci-pv 00:06.0
try xl pci-detach pci-pv 00:06.1
of_pci pci-pv
try xl pci-list pci-pv
# And once more, by force.
try xl pci-attach pci-pv 00:05.0
connected pci-pv
try xl pci-detach -f pci-pv 00:05.0
of_pci pci-pv
reference destroy pci-pv
pci_host
