# Into which pool of processors.
reference cpupool-cpu-remove Pool-0 1
reference cpupool-create 'name="other"' 'cpus=["1"]' > /dev/null
create pool-named pv 'pool="other"'
create pool-first pvh 'pool="Pool-0"'
create pool-number pv 'pool="0"'
for bad in nosuch 99 ''; do create pool-bad pv "pool=\"$bad\""; done
create pool-pinned pv 'pool="other"' 'cpus="0"'
create pool-pinned-well pv 'pool="other"' 'cpus="1"'
pools
for name in pool-named pool-pinned-well pool-pinned; do reference destroy $name 2> /dev/null; done
reference cpupool-destroy other
reference cpupool-cpu-add Pool-0 1
#: sed stdout s/(uuid = ")[0-9a-f-]{36}"/\1UUID"/   -- made up anew for each pool
#: long
