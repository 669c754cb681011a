# A drive with a medium is emptied, emptied again, and filled again.
with_drives c-eject "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
try xl cd-eject c-eject hdc
drives c-eject
try xl cd-eject c-eject hdc
drives c-eject
try xl cd-insert c-eject hdc ''
try xl cd-insert c-eject hdc /tmp/cd-one
drives c-eject
