# Pools of processors.
try xl cpupool-list
try xl cpupool-list -c
try xl cpupool-list --cpus
try_each xl cpupool-list -- Pool-0 0 nosuch 7 -1 ''
try xl cpupool-list -c Pool-0
try xl cpupool-list Pool-0 Pool-0
