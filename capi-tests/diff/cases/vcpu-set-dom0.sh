# Domain 0's own processors.
show() { nodes /local/domain/0/cpu; }
show
try xl vcpu-set Domain-0 2
show
try xl vcpu-set 0 9
try xl vcpu-set 0 0
show
# Its kernel sees to it after a while; one is enough of that.
try xl vcpu-set 0 1
show
until_true grep -qx 0 /sys/devices/system/cpu/online
try xl vcpu-set 0 2
show
until_true grep -qx 0-1 /sys/devices/system/cpu/online
