# Targets: set by name and by number, on guests of two kinds, in every unit; what is refused, and what is written.
guest m-pv pv -p maxmem=64
guest m-pvh pvh -p maxmem=64
show() { nodes "/local/domain/$(id_of "$1")/memory"; domains | grep "^$1 "; }
set_to() {
  try xl mem-set "$1" "$2"
  show "$1"
}
for size in 6 8m 9216k 8388608b 64 0 1023b; do set_to m-pv "$size"; done
set_to "$(id_of m-pv)" 10
reference list -l m-pv | grep memkb
for size in 12 64 3; do set_to m-pvh "$size"; done
set_to "$(id_of m-pvh)" 10
reference list -l m-pvh | grep memkb
# Too much, by little and by all; and no sizes.
try_each xl mem-set m-pv -- 65 65537k 8796093022207t 9223372036854775807 99999999999999999999
try_each xl mem-set m-pv -- '' x 12kb 12.5 010 -1
try xl mem-set m-pv -- -1
try xl mem-set m-pv
try xl mem-set m-pvh 65537k
show m-pv
show m-pvh
try xl mem-set
try xl mem-set nosuch 64
try xl mem-set 99 64
domains
snapshot during
#: long
