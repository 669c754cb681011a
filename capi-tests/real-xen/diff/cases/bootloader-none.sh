# Bootloaders that do not exist, and domains without a disk for one. Nothing is left.
head -c 1048576 /dev/zero > /tmp/bl.img
: > /tmp/bl-plain
for bootloader in /nosuch nosuch /tmp /tmp/bl-plain '' true false; do
  create bb-none pv "bootloader=\"$bootloader\"" "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
  ls /var/lib/xen | grep bootloader
  reference destroy bb-none 2> /dev/null
done
create bb-no-disk pv 'bootloader="true"'
# Debian's pygrub finds nothing in an empty disk.
create bb-pygrub pv 'bootloader="pygrub"' "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
create bb-pygrub pv 'bootloader="/usr/bin/pygrub"' "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
domains
#: long
