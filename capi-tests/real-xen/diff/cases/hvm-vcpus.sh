# Virtual processors that QEMU plugs in while the guest runs, and what is then in the configuration.
guest hv hvm vcpus=1 maxvcpus=4
until_true eval 'domains | grep -q "^hv .*-b----"'
try xl vcpu-set hv 3
try xl qemu-monitor-command hv 'info cpus'
try xl list -l hv
try xl vcpu-set hv 1
try xl vcpu-set hv 9
nodes "/local/domain/$id/cpu" | numberless "$id"
try xl destroy hv
#: sed stdout s,"domid": [0-9]+,"domid": N,  -- numbers of domains differ
#: sed stdout s/thread_id=[0-9]+/thread_id=N/  -- as it comes
#: long
