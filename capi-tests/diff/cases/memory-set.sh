# Targets: set by name and by number, on guests of each kind, in every unit; what is refused, and what is written.
guest m-pv pv -p maxmem=64
guest m-pvh pvh -p maxmem=64
for domain in m-pv m-pvh; do
  id=$(id_of $domain)
  for size in 6 5 8m 9216k 9216K 8388608b 7M 64 0 3 1k 1023b; do
    try xl mem-set $domain $size
    echo "target $(xenstore-read "/local/domain/$id/memory/target")"
    domains | grep "m-pv"
  done
  try xl mem-set "$id" 10
  domains
  reference list -l $domain | grep memkb
  # Too much, by little and by all.
  try_each xl mem-set $domain -- 65 65537k 1g 1t 8796093022207t 9223372036854775807b 9223372036854775807 99999999999999999999
  # No sizes.
  try_each xl mem-set $domain -- '' x 12x 12kb 12.5 0x10 -- 010 ' 9' +9 '9 ' -1
  try xl mem-set $domain -- -1
  try xl mem-set $domain
  nodes "/local/domain/$id/memory"
  nodes "/vm/$(xenstore-read "/local/domain/$id/vm" | cut -d/ -f3)/memory"
done
try xl mem-set
try_each xl mem-set -- nosuch 99 -1 4294967295
try xl mem-set nosuch 64
try xl mem-set 99 64
try xl mem-set 32752 64
try xl list
domains
snapshot during
