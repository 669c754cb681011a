# The RTDS scheduler, in a pool of its own: parameters of domains, of all their vcpus, of some.
reference cpupool-cpu-remove Pool-0 1
reference cpupool-create 'name="two"' 'sched="rtds"' 'cpus=["1"]' > /dev/null
guest s-pv pv -p vcpus=3
reference cpupool-migrate s-pv two
look() {
  reference sched-rtds -d s-pv
  reference sched-rtds -d s-pv -v all
}
try xl sched-rtds
try xl sched-rtds -v all
try xl sched-rtds -d s-pv
try xl sched-rtds -d s-pv -v all
try xl sched-rtds -d s-pv -v 1
try xl sched-rtds -d s-pv -v 2 -v 0
try xl sched-rtds -d s-pv -v 3
try xl sched-rtds -d s-pv -v -1
try xl sched-rtds -d s-pv -v 0 -v 9
try xl sched-rtds -d s-pv -v all -p 20000 -b 5000 -e 0
look
try xl sched-rtds -d s-pv -v 1 -p 30000 -b 6000 -e 1
look
try xl sched-rtds -d s-pv -v 0 -p 40000 -b 7000 -e 0 -v 2 -p 50000 -b 8000 -e 1
look
try xl sched-rtds -d s-pv -v all
for option in '-p 0 -b 0 -e 0' '-p 100 -b 200 -e 0' '-p 1 -b 1 -e 0' '-p -5 -b 1 -e 0' '-p 10000 -b 0 -e 1' '-p 10000 -b 9 -e 1'; do
  # shellcheck disable=SC2086 # words
  try xl sched-rtds -d s-pv -v all $option
  # shellcheck disable=SC2086 # words
  try xl sched-rtds -d s-pv -v 1 $option
done
look
try xl sched-rtds -d s-pv -v 3 -p 10000 -b 4000 -e 0
try xl sched-rtds -d s-pv -v 1 -p 10000 -b 4000 -e 0 -v 9 -p 10000 -b 4000 -e 0
look
for domain in nosuch 99 0 still; do
  try xl sched-rtds -d $domain -v all
  try xl sched-rtds -d $domain -v 0
  try xl sched-rtds -d $domain -v all -p 10000 -b 4000 -e 0
  try xl sched-rtds -d $domain -v 0 -p 10000 -b 4000 -e 0
done
try xl sched-rtds -d s-pv -p 10000 -b 4000 -e 0
try xl sched-rtds -d s-pv -v all -v 1
try xl sched-credit2 -d s-pv -w 100
try xl vcpu-list s-pv
reference destroy s-pv
reference cpupool-destroy two
reference cpupool-cpu-add Pool-0 1
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: long
