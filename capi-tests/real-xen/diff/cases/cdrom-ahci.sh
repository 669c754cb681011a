# Drives on other controllers: AHCI, whose drives are named as those of IDE are, and SCSI, whose are not.
with_drives c-ahci "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one','format=raw,vdev=sda,access=ro,devtype=cdrom,target=/tmp/cd-one'" 'hdtype="ahci"'
drives c-ahci
try xl cd-insert c-ahci hdc /tmp/cd-two
try xl cd-insert c-ahci sda /tmp/cd-two
drives c-ahci
try xl cd-eject c-ahci hdc
try xl cd-eject c-ahci sda
drives c-ahci
#: long
