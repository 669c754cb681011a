# Nodes of a domain's memory that are not there or hold no size; video memory.
guest m-odd pv -p maxmem=64
base=/local/domain/$(id_of m-odd)/memory
show() { nodes "$base"; domains | grep m-odd; }
for value in 12k x; do
  xenstore-write "$base/target" "$value"
  try xl mem-set m-odd 8
  try xl mem-max m-odd 64
  show
done
xenstore-rm "$base/target"
try xl mem-set m-odd 8
try xl mem-max m-odd 64
show
xenstore-write "$base/target" 4096
xenstore-write "$base/static-max" 65536k
try xl mem-set m-odd 8
xenstore-rm "$base/static-max"
try xl mem-set m-odd 8
show
try xl mem-max m-odd 64
show
# Video memory is part of what is asked for, and of the limit.
for value in 1024 ' 2048kb' -1024 x; do
  xenstore-write "$base/videoram" "$value"
  try xl mem-set m-odd 8
  show
done
xenstore-write "$base/videoram" 1024
try xl mem-set m-odd 1
show
try xl mem-set m-odd 1023k
try xl mem-set m-odd 65
xenstore-rm "$base/videoram"
try xl mem-set m-odd 8
show
#: long
