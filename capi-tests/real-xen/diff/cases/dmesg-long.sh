# More messages than a page holds.
reference dmesg -c > /dev/null
for _ in 1 2 3 4 5 6; do reference debug-keys h; done
try xl dmesg
reference dmesg -c > /dev/null
