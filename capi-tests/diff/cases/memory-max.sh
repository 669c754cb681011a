# Limits: what a domain may be told to use at most, and what Xen lets it have.
guest m-pv pv -p maxmem=64
guest m-pvh pvh -p maxmem=64
for domain in m-pv m-pvh; do
  id=$(id_of $domain)
  for size in 128 32m 65536k 8388609b 8m 9 1t 64; do
    try xl mem-max $domain $size
    echo "static-max $(xenstore-read "/local/domain/$id/memory/static-max")"
    domains | grep "m-pv"
  done
  try xl mem-max "$id" 100
  reference list -l $domain | grep memkb
  # Less than the target, and what is no size.
  try_each xl mem-max $domain -- 3 1 0 4095k '' x 12x 12kb 12.5 -1 010
  try xl mem-max $domain
  # The target follows to the limit and not beyond.
  try xl mem-set $domain 101
  try xl mem-set $domain 100
  domains
  try xl mem-max $domain 99
  try xl mem-set $domain 8
  try xl mem-max $domain 99
  nodes "/local/domain/$id/memory"
done
try xl mem-max
try xl mem-max nosuch 64
try xl mem-max 99 64
try xl mem-max 32752 64
domains
snapshot during
