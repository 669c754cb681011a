# A pool for each node; this host has one node, so that Pool-0 gets its name and no more.
try xl cpupool-numa-split
pools
try xl cpupool-list
try xl cpupool-numa-split
try xl cpupool-numa-split extra
try xl cpupool-rename 0 Pool-0
pools
reference cpupool-cpu-remove Pool-0 1
reference cpupool-create 'name="second"' > /dev/null
try xl cpupool-numa-split
reference cpupool-destroy second
reference cpupool-cpu-add Pool-0 1
pools
