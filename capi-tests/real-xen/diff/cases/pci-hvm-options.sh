# An HVM guest's functions with options, and what it asks of reserved memory.
#: pci
pci_host
assignable 05.0 06.0
create pci-hopt1 hvm 'rdm="strategy=host,policy=relaxed"' 'pci=["00:05.0@9,permissive=1,msitranslate=1,power_mgmt=1,rdm_policy=strict"]'
of_pci pci-hopt1
reference qemu-monitor-command pci-hopt1 'info pci' | grep -E 'Bus|Ethernet|id "pci-pt'
try xl pci-attach pci-hopt1 00:06.0,msitranslate=1,power_mgmt=1,rdm_policy=relaxed
try xl pci-list pci-hopt1
try xl list -l pci-hopt1
try xl destroy pci-hopt1
of_pci
create pci-hopt2 hvm 'rdm="strategy=odd"' 'pci=["00:05.0"]'
create pci-hopt3 hvm 'rdm_mem_boundary=1' 'pci=["00:05.0"]'
create pci-hopt4 hvm 'passthrough="sync_pt"' 'pci=["00:05.0"]'
create pci-hopt5 hvm 'passthrough="share_pt"' 'pci=["00:05.0,rdm_policy=relaxed"]'
of_pci pci-hopt4 pci-hopt5
pci_host
