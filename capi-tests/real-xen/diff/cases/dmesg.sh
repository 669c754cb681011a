# The hypervisor's messages: read, read and clear, read again.
reference dmesg -c > /dev/null
reference debug-keys h
try xl dmesg
try xl dmesg -c
try xl dmesg
reference debug-keys h
try xl dmesg --clear
try xl dmesg
try xl dmesg -x
