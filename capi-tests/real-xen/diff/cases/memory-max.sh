# Limits: what a domain may be told to use at most, and what Xen lets it have.
guest m-pv pv -p maxmem=64
guest m-pvh pvh -p maxmem=64
show() { nodes "/local/domain/$(id_of "$1")/memory"; domains | grep "^$1 "; }
set_to() {
  try xl mem-max "$1" "$2"
  show "$1"
}
for size in 128 65536k 8388609b 1t; do set_to m-pv "$size"; done
set_to "$(id_of m-pv)" 100
reference list -l m-pv | grep memkb
set_to m-pvh 16
set_to m-pvh 100
# Less than the target, and an invalid size.
try_each xl mem-max m-pv -- 3 0 4095k '' x 12kb -1
try xl mem-max m-pvh 7
try xl mem-max m-pv
# The target cannot be above the limit, nor the limit below the target.
try xl mem-set m-pv 101
try xl mem-set m-pv 100
show m-pv
try xl mem-max m-pv 99
try xl mem-set m-pv 8
set_to m-pv 99
try xl mem-max nosuch 64
try xl mem-max 99 64
domains
snapshot during
#: long
