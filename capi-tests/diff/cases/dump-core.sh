# A domain's memory in a file. (A PVH guest's takes many minutes under emulation: each page below 4 GiB is tried.)
for name in linux-pv idle; do
  try xl dump-core $name /tmp/core.$name
  stat -c '%s bytes, mode %a' /tmp/core.$name
done
try xl dump-core still /nosuch/core
try xl dump-core nosuch /tmp/core.none
try xl dump-core still
rm -f /tmp/core.*
domains
