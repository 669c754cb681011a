# Guests with functions that restart, and get the same ones again.
#: pci
pci_host
assignable 05.0 06.0
config pci-re pv 'pci=["00:05.0,permissive=1"]' 'on_reboot="restart"' 'on_poweroff="destroy"'
try xl create -q /tmp/pci-re.cfg
made pci-re
pcifront pci-re
connected pci-re
first=$(id_of pci-re)
try xl pci-attach pci-re 00:06.0
connected pci-re
ends "$first" 1
until_true replaced pci-re "$first"
made pci-re
pcifront pci-re
until_state "/local/domain/0/backend/pci/$(id_of pci-re)/0" 4
until_true eval "xl list | grep -q 'pci-re .*-b----'"
of_pci pci-re
try xl pci-list pci-re
ends "$(id_of pci-re)" 0
until_true eval '[ -z "$(id_of pci-re)" ]'
of_pci
pci_host
