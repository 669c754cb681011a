# QEMU without rights writes its state to, and reads it from, a file that it is handed.
useradd -r -u 71000 xen-qemuuser-range-base 2> /dev/null
useradd -r -u 70999 xen-qemuuser-shared 2> /dev/null
guest shr hvm dm_restrict=1 'ms_vm_genid="generate"'
until_true eval 'domains | grep -q "^shr .*-b----"'
try xl save shr /tmp/shr.img
image /tmp/shr.img
try xl restore -e /tmp/shr.img
made shr
until_true eval 'domains | grep -q "^shr .*-b----"'
domains
qemu shr | sed -E "s/7[0-9]{4}(:[0-9]+)/UID\1/; s/fd=[0-9]+/fd=N/"
reference qemu-monitor-command shr 'info status'
devices
reference destroy shr
rm /tmp/shr.img
userdel xen-qemuuser-range-base; userdel xen-qemuuser-shared
#: sed xenstore s,(/device-model-kill-uid) = "[^"]+",\1 = "N",  -- as it comes
#: sed files /dm-reaper-lock|qemu-root-/d  -- what a restricted QEMU leaves is there once for both
#: sed stderr s,info 0x3/0x0/[0-9]+,info 0x3/0x0/N,  -- a generation ID has as many digits as chance gives it
