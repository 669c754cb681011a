# Pools made with each scheduler, with and without processors, refused, renamed, ended.
#: sed stdout s/(uuid = ")[0-9a-f-]{36}"/\1UUID"/   -- made up anew for each pool
reference cpupool-cpu-remove Pool-0 1
for scheduler in credit credit2 rtds null arinc653 nosuch; do
  try xl cpupool-create "name=\"p-$scheduler\"" "sched=\"$scheduler\"" 'cpus=["1"]'
  pools
  try xl cpupool-list
  try xl cpupool-destroy "p-$scheduler"
  pools
done
printf 'name = "file"\ncpus = "1"\n' > /tmp/pool.cfg
try xl cpupool-create -n /tmp/pool.cfg
try xl cpupool-create /tmp/pool.cfg
try xl cpupool-create /tmp/pool.cfg
try xl cpupool-create 'name="none"'
try xl cpupool-create 'name="taken"' 'cpus=["1"]'
try xl cpupool-create 'name="taken"' 'cpus=["0"]'
try xl cpupool-create 'name="node"' 'nodes=["0"]'
try xl cpupool-create 'name="Pool-0"'
try xl cpupool-create 'name=""'
try xl cpupool-create 'cpus=["1"]'
try xl cpupool-create /nosuch
try xl cpupool-create
pools
try xl cpupool-list
try xl cpupool-rename file other
try xl cpupool-rename other Pool-0
try xl cpupool-rename other other
try xl cpupool-rename 2 'with blank'
try xl cpupool-rename nosuch x
try xl cpupool-rename 9 x
try xl cpupool-rename other ''
pools
try xl cpupool-rename 1 other
try xl cpupool-list
try xl cpupool-destroy Pool-0
try_each xl cpupool-destroy -- nosuch 9 -1 ''
try xl cpupool-destroy other
try xl cpupool-destroy other
pools
for pool in 2 3 4 5; do reference cpupool-destroy $pool 2> /dev/null; done
reference cpupool-cpu-add Pool-0 all 2> /dev/null
pools
#: long
