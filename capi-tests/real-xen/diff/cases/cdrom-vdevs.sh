# Names that are no CD drive of the guest, and guests that are not there.
with_drives c-vdevs "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
for name in hdd hda xvdc 5632 hdc1 nonsense '' d2p0 HDC; do
  try xl cd-insert c-vdevs "$name" /tmp/cd-two
  try xl cd-eject c-vdevs "$name"
done
for guest in nosuch 12345 0 Domain-0 still idle-pvh; do
  try xl cd-insert "$guest" hdc /tmp/cd-two
  try xl cd-eject "$guest" hdc
done
try xl cd-insert c-vdevs hdc
try xl cd-insert c-vdevs
try xl cd-eject
drives c-vdevs
#: long
