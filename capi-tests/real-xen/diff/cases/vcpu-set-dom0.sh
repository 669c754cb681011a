# Domain 0's own processors.
show() { nodes /local/domain/0/cpu; }
online() { until_true grep -qx "$1" /sys/devices/system/cpu/online; }
show
try xl vcpu-set Domain-0 2
show
try xl vcpu-set 0 9
try xl vcpu-set 0 0
show
# Its kernel takes a vcpu offline by itself; after it was made available again, a udev rule brings it online.
try xl vcpu-set 0 1
show
online 0
try xl vcpu-set 0 2
show
until_true [ -e /sys/devices/system/cpu/cpu1/online ]
echo 1 > /sys/devices/system/cpu/cpu1/online
online 0-1
xenstore-rm /local/domain/0/cpu
