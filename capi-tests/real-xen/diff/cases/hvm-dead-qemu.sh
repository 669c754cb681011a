# QEMU was killed: nothing hangs, what needs it says so, and the guest can be ended.
guest hd hvm
kill -9 "$(xenstore-read "/local/domain/$id/image/device-model-pid")"
try xl pause hd
try xl unpause hd
try xl list -l hd
try xl qemu-monitor-command hd 'info status'
try xl vcpu-set hd 1
try xl trigger hd nmi
try xl destroy hd
domains
ls /run/xen
#: sed stdout s,"domid": [0-9]+,"domid": N,  -- numbers of domains differ
#: long
