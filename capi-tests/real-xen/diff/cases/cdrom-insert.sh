# The medium that is there, put in again; another; and that again.
with_drives c-insert "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-one
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-two
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-two
drives c-insert
try xl block-list c-insert
