# A block device as the new medium: QEMU takes the name of a descriptor for a file's, and refuses it unless the driver is named.
with_drives c-device "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
loop=$(losetup -f --show /tmp/cd-two)
try xl cd-insert c-device hdc "$loop"
drives c-device | grep '^ide-5632'
try xl cd-eject c-device hdc
drives c-device | grep '^ide-5632'
losetup -d "$loop"
#: sed stdout s,/dev/loop[0-9]+,/dev/loopN,  -- as it comes
