# The configuration that is retrieved follows the drive.
with_drives c-long "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
try xl list -l c-long
try xl cd-insert c-long hdc /tmp/cd-two
try xl list -l c-long
try reference list -l c-long
try xl cd-eject c-long hdc
try xl list -l c-long
try reference list -l c-long
#: long
