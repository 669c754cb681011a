# Keys to the hypervisor, and what it says.
reference dmesg -c > /dev/null
try xl debug-keys h
try reference dmesg -c
try xl debug-keys hh
try reference dmesg -c
try xl debug-keys '%'
try reference dmesg -c
try xl debug-keys ''
try reference dmesg -c
try xl debug-keys
try reference dmesg -c
