# The devices of domains that have none.
for command in block-list network-list channel-list vtpm-list usb-list pci-list; do
  try_each xl $command -- still idle-pvh Domain-0 nosuch
  try xl $command
done
try xl block-list still idle
