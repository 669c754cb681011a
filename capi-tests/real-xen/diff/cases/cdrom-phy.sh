# CD drives whose back end is the kernel's: since Xen 4.19; before that they are refused.
#: sed stdout s,"/dev/loop[0-9]+","/dev/loopN",  -- the scripts of two drives run at once: either may be first
#: sed stdout s,"7:[0-9a-f]+","7:N",  -- as above
truncate -s 1M /tmp/phy-cd-1 /tmp/phy-cd-2
empty() { ls -l /var/run/xen/ | awk '/empty-cdrom/ { print $1, $5, "empty-cdrom" }'; }
create phy-cds hvm "$stand_in" 'disk=["vdev=hdc, backendtype=phy, format=raw, access=ro, devtype=cdrom, target=/tmp/phy-cd-1",
  "vdev=hdd, backendtype=phy, format=empty, access=ro, devtype=cdrom, target="]'
empty
if [ -n "$(id_of phy-cds)" ]; then
  id=$(id_of phy-cds)
  qemu phy-cds
  devices | numberless "$id"
  try xl cd-insert phy-cds hdd /tmp/phy-cd-2
  devices | numberless "$id"
  try xl cd-eject phy-cds hdc
  devices | numberless "$id"
  try xl cd-insert phy-cds hdc /tmp/none
  try xl destroy phy-cds
fi
empty
create phy-empty pv 'disk=["vdev=xvdc, backendtype=phy, format=empty, access=ro, devtype=cdrom, target="]'
empty
[ -z "$(id_of phy-empty)" ] || try xl destroy phy-empty
create phy-none pv 'disk=["vdev=xvdc, format=empty, access=ro, devtype=cdrom, target="]'
[ -z "$(id_of phy-none)" ] || { id=$(id_of phy-none); devices | numberless "$id"; try xl destroy phy-none; }
empty
domains
