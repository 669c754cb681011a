# Two drives and a disk: only the one that is meant changes.
truncate -s 1M /tmp/c-disk
with_drives c-drives "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one','format=raw,vdev=hdd,access=ro,devtype=cdrom,target=','format=raw,vdev=hda,access=rw,target=/tmp/c-disk'"
drives c-drives
try xl cd-insert c-drives hdd /tmp/cd-two
drives c-drives
try xl cd-eject c-drives hdc
drives c-drives
try xl cd-insert c-drives hda /tmp/cd-two
try xl cd-insert c-drives hdb /tmp/cd-two
drives c-drives
#: long
