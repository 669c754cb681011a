# The host's own devices: none of them can be had here.
for line in 'passthrough="enabled"' 'passthrough="disabled"' 'passthrough="sync_pt"' 'passthrough="share_pt"' \
  'passthrough="nosuch"' 'passthrough=1' "pci=['00:1f.7']" "pci=['nonsense']" "pci=['00:00.0']" 'irqs=[5]' 'irqs=[9999]' \
  'irqs=["x"]' 'ioports=["2f8-2ff"]' 'ioports=["fffff"]' 'ioports=["x"]' 'iomem=["fe000,1"]' 'iomem=["x"]' \
  'iomem=["fe000,1@100"]' "dtdev=['/x']" 'e820_host=1' 'pci_permissive=1' 'rdm="strategy=host,policy=relaxed"'; do
  kind=pv
  case $line in passthrough* | rdm* | e820*) kind=pvh ;; esac
  create pt-any $kind "$line"
  domains | grep pt-any
  reference destroy pt-any 2> /dev/null
done
create pt-pv pv 'passthrough="enabled"'
create pt-map pv 'e820_host=1'
#: long
