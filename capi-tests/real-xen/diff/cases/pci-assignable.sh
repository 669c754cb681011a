# Functions made assignable and no longer: with a driver to go back to and without, again, by name; what cannot be.
#: pci
pci_host
modprobe -r e1000e
try xl pci-assignable-list
try xl pci-assignable-add 00:05.0
try xl pci-assignable-add 0000:00:06.1
try xl pci-assignable-add 00:05.0
try xl pci-assignable-list
of_pci
try xl pci-assignable-add -n first 00:05.0
try xl pci-assignable-add -n second 00:06.0
try xl pci-assignable-list -n
of_pci
try xl pci-assignable-remove second
try xl pci-assignable-remove third
try xl pci-assignable-remove 00:05.0
try xl pci-assignable-remove 00:05.0
of_pci
try_each xl pci-assignable-add -- 00:1e.7 00:05.9 ffff:ff:1f.7 00:20.0 x ''
try xl pci-assignable-add -n 'a b' 00:05.0
try xl pci-assignable-add -n "$(printf 'x%.0s' {1..65})" 00:05.0
try xl pci-assignable-add -n "$(printf 'x%.0s' {1..64})" 00:05.0
try xl pci-assignable-list -n
pci_host
