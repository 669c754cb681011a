# Two drives and a disk: only the one that is meant changes. (Debian's QEMU ends when a second drive is empty at the start and
# gets a medium: docs/behaviour/qemu.md.)
truncate -s 1M /tmp/c-disk
with_drives c-drives "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one','format=raw,vdev=hdd,access=ro,devtype=cdrom,target=/tmp/cd-two','format=raw,vdev=hda,access=rw,target=/tmp/c-disk'"
drives c-drives
try xl cd-insert c-drives hdd /tmp/cd-one
drives c-drives
try xl cd-eject c-drives hdc
drives c-drives
try xl cd-insert c-drives hda /tmp/cd-two
try xl cd-insert c-drives hdb /tmp/cd-two
drives c-drives
#: long
