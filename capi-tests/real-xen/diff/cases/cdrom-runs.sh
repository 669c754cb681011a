# The guest runs: its BIOS looks for something to start from, in this drive too.
with_drives c-runs "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'" 'boot="d"' memory=64 "firmware_override=\"$xen/boot/hvmloader\""
reference unpause c-runs
for n in one two one; do
  try xl cd-insert c-runs hdc /tmp/cd-$n
  try xl cd-eject c-runs hdc
done
try xl cd-insert c-runs hdc /tmp/cd-two
reference pause c-runs
drives c-runs
#: long
