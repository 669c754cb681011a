# A medium put into an empty drive, another, the same again, and none.
with_drives c-insert "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target='"
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-one
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-two
drives c-insert
try xl cd-insert c-insert hdc /tmp/cd-two
drives c-insert
try xl block-list c-insert
