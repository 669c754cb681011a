# A domain's memory in a file.
try xl dump-core idle-pvh /tmp/core.pvh
stat -c '%s bytes, mode %a' /tmp/core.pvh
try xl dump-core idle-pvh /nosuch/core
try xl dump-core nosuch /tmp/core.none
try xl dump-core idle-pvh
rm -f /tmp/core.*
domains
