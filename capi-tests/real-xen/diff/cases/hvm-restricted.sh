# QEMU without rights: a user of its own, an empty root, a monitor that it was given.
useradd -r -u 71000 xen-qemuuser-range-base 2> /dev/null
useradd -r -u 70999 xen-qemuuser-shared 2> /dev/null
create hr hvm dm_restrict=1
id=$(id_of hr)
plain() { sed -E "s/7[0-9]{4}(:[0-9]+)/UID\1/; s/fd=[0-9]+/fd=N/"; }
qemu hr | plain
pid=$(xenstore-read "/local/domain/$id/image/device-model-pid")
[ "$(xenstore-read "/local/domain/$id/image/device-model-kill-uid")" = $((71000 + id)) ] && echo 'the user is recorded'
[ "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")" = $((71000 + id)) ] && echo 'QEMU runs as that user'
grep -E 'Max (file size|core file|locked memory|msgqueue|file locks)' "/proc/$pid/limits"
for ns in mnt ipc; do [ "$(readlink /proc/self/ns/$ns)" = "$(readlink "/proc/$pid/ns/$ns")" ] || echo "its own $ns"; done
try xl unpause hr
try xl qemu-monitor-command hr 'info status'
try xl list -l hr
try xl destroy hr
pgrep -c -u $((71000 + id))
find /run/xen -name "qmp-*"
create hr-user hvm 'device_model_user="nobody"'
qemu hr-user | plain
try xl destroy hr-user
create hr-nosuch hvm 'device_model_user="nosuch"'
create hr-root hvm 'device_model_user="root"'
userdel xen-qemuuser-range-base
create hr-shared hvm dm_restrict=1
qemu hr-shared | plain
try xl destroy hr-shared
userdel xen-qemuuser-shared
create hr-none hvm dm_restrict=1
#: sed stdout s,"domid": [0-9]+,"domid": N,  -- numbers of domains differ
#: sed xenstore s,(/device-model-kill-uid) = "[^"]+",\1 = "N",  -- as it comes
#: sed files /dm-reaper-lock|qemu-root-/d  -- what a restricted QEMU leaves is there once for both
#: long
