# Formats, and what the library's own users may ask for: files that are not in the format, no format, no path.
with_drives c-formats "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
insert() { LD_LIBRARY_PATH=/tmp/lib/$side /tmp/insert "$@"; }
try insert "$id" hdc raw /tmp/cd-two
drives c-formats
for format in qcow qcow2 vhd qed; do
  try insert "$id" hdc $format /tmp/cd-one
  drives c-formats
  try insert "$id" hdc raw /tmp/cd-two
done
try insert "$id" hdc raw -
drives c-formats
try insert "$id" hdc raw /tmp/cd-one async
try insert "$id" hdc empty - async
try insert "$id" hdc empty /tmp/cd-one
try insert "$id" hdc raw /tmp/cd-one rw
drives c-formats
try insert "$id" hdc raw /tmp/cd-two phy
try insert "$id" hdc raw /tmp/cd-two nobody
try insert "$id" hdc raw /tmp/cd-two plain
try insert "$id" hdc empty - plain
try insert "$id" hdd raw /tmp/cd-two async
drives c-formats
#: long
