# A domain's memory in a file. (Small ones: each page costs a mapping, and of a PVH guest's each below 4 GiB is tried,
# which takes many minutes under emulation.)
for name in idle still; do
  try xl dump-core $name /tmp/core.$name
  stat -c '%s bytes, mode %a' /tmp/core.$name
done
try xl dump-core still /nosuch/core
try xl dump-core nosuch /tmp/core.none
try xl dump-core still
rm -f /tmp/core.*
domains
