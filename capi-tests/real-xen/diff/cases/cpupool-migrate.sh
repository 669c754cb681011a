# Domains that go from pool to pool, and pools that cannot end while they have domains.
#: sed stdout s/(uuid = ")[0-9a-f-]{36}"/\1UUID"/   -- made up anew for each pool
reference cpupool-cpu-remove Pool-0 1
reference cpupool-create 'name="two"' 'sched="credit"' 'cpus=["1"]'
reference cpupool-create 'name="empty"'
guest m-pv pv
guest m-pvh pvh -p
try xl cpupool-migrate m-pv two
try xl cpupool-migrate "$(id_of m-pvh)" 1
domains
pools
try xl cpupool-list
try xl list -c
try xl list -c m-pv
try xl vcpu-list m-pv
try xl list -l m-pv
try xl cpupool-destroy two
try xl cpupool-cpu-remove two 1
pools
try xl cpupool-migrate m-pv two
try xl cpupool-migrate m-pv empty
try xl cpupool-migrate Domain-0 two
for name in nosuch 99 -1 ''; do
  try xl cpupool-migrate "$name" two
  try xl cpupool-migrate m-pv "$name"
done
try xl cpupool-migrate m-pv
try xl cpupool-migrate m-pv Pool-0
try xl cpupool-migrate m-pvh 0
try xl cpupool-destroy two
domains
pools
for pool in 1 2; do reference cpupool-destroy $pool 2> /dev/null; done
reference cpupool-cpu-add Pool-0 all 2> /dev/null
#: sed stdout s/ +[0-9]+\.[0-9]( +)/ TIME\1/                  -- the time used
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/          -- whether it runs just now
#: long
