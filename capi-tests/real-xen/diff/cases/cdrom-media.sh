# Media of other forms: a link, a folder, no file, a name that is not ASCII, an empty file.
with_drives c-media "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
ln -sf cd-two /tmp/cd-link
cp /tmp/cd-two "/tmp/cd ö \"x\""
: > /tmp/cd-none
try xl cd-insert c-media hdc /tmp/cd-link
drives c-media
try xl cd-insert c-media hdc "/tmp/cd ö \"x\""
drives c-media
try xl cd-insert c-media hdc /tmp/no-such-file
drives c-media
try xl cd-insert c-media hdc /tmp
drives c-media
try xl cd-insert c-media hdc /tmp/cd-none
drives c-media
try xl cd-eject c-media hdc
#: long
