# Arguments of shares and monitoring that are none: numbers, masks, sockets, levels, domains.
guest psra pv
try_each xl psr-cat-set psra -- '' 0 x -1 0xffffffffffffffff 0x1ffffffffffffffff 0x5
for arguments in '-s 0-99999' '-s 5-2' '-s 0,1' '-l 0' '-s 0 -l 3' '-c -l 2'; do
  # shellcheck disable=SC2086 # several arguments
  try xl psr-cat-set $arguments psra 0xf
done
try_each xl psr-mba-set psra -- 0 -1 101 4294967296
try xl psr-cmt-show cache-occupancy 9999
try_each xl psr-cat-show -- -l0 9999 Domain-0
