# Processors taken from a pool and given back, by number, by node, several, none, wrong ones.
try xl cpupool-cpu-remove Pool-0 1
pools
try xl cpupool-list -c
try xl cpupool-cpu-remove Pool-0 1
try xl cpupool-cpu-remove Pool-0 0
pools
try xl cpupool-cpu-add Pool-0 1
try xl cpupool-cpu-add Pool-0 1
pools
try xl cpupool-cpu-remove 0 node:0
pools
try xl cpupool-cpu-add 0 node:0
pools
try xl cpupool-cpu-remove Pool-0 0-1
pools
try xl cpupool-cpu-add Pool-0 all
pools
try xl cpupool-cpu-remove Pool-0 all,^0
try xl cpupool-list -c Pool-0
try xl cpupool-cpu-add Pool-0 0-1
for command in cpupool-cpu-add cpupool-cpu-remove; do
  try_each xl $command Pool-0 -- 7 4000 -1 a '' node:9 '^0' 0,x
  try_each xl $command -- nosuch 7 -1 ''
  for pool in nosuch 7 -1 '' 4294967295; do try xl $command "$pool" 1; done
done
pools
reference cpupool-cpu-add Pool-0 all 2> /dev/null
#: long
