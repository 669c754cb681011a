# A machine without the hypervisor's devices: each command fails and says so. libxenctrl
# looks for them below /proc/xen too.
for command in list info 'domid still' 'list -l' uptime 'pause still' 'destroy still' dmesg; do
  # shellcheck disable=SC2086 # words
  try unshare -m bash -c '. /share/lib.sh
    mount -t tmpfs none /dev/xen && mount -t tmpfs none /proc/xen && xl "$@"' - $command
done
