# An HVM guest does not answer when a function is to be detached; then its machine is reset, by which QEMU does what was asked
# for; and the function is detached once more.
#: pci
#: long
pci_host
assignable 05.0
guest pci-again hvm -p 'passthrough="enabled"'
reference pci-attach pci-again 00:05.0
try xl pci-detach pci-again 00:05.0
reference qemu-monitor-command pci-again system_reset
until_true eval "! reference qemu-monitor-command pci-again 'info pci' | grep -q pci-pt"
try xl pci-detach pci-again 00:05.0
try xl pci-list pci-again
of_pci
try xl pci-detach -f pci-again 00:05.0
pci_host
