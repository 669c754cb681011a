# A QEMU that runs as a user of its own, restricted, who may not open the media.
echo 'c-qemu:x:4321:4321::/nonexistent:/bin/false' >> /etc/passwd
echo 'c-qemu:x:4321:' >> /etc/group
chmod 600 /tmp/cd-* 2> /dev/null
with_drives c-restrict "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'" 'device_model_user="c-qemu"' 'dm_restrict=1'
ps -o user= -p "$(xenstore-read "/local/domain/$id/image/device-model-pid")"
chmod 600 /tmp/cd-one /tmp/cd-two
try xl cd-insert c-restrict hdc /tmp/cd-one
drives c-restrict
try xl cd-insert c-restrict hdc /tmp/cd-two
try xl cd-eject c-restrict hdc
drives c-restrict
reference destroy c-restrict
sed -i '/^c-qemu:/d' /etc/passwd /etc/group
#: long
#: sed files /dm-reaper-lock/d  -- what the first end of a restricted QEMU leaves is there once for both
