# The credit scheduler, in a pool of its own.
reference cpupool-cpu-remove Pool-0 1
reference cpupool-create 'name="two"' 'sched="credit"' 'cpus=["1"]' > /dev/null
guest s-pv pv -p vcpus=2
reference cpupool-migrate s-pv two
try xl sched-credit
try xl sched-credit -p two
try xl sched-credit -p Pool-0
try xl sched-credit -d s-pv
for option in '-w 512' '-c 50' '-w 1 -c 200' '-w 65535' '-c 0' '-w 0' '-w 65536' '-c 201' '-c -2' '-w 7 -c 999'; do
  # shellcheck disable=SC2086 # words
  try xl sched-credit -d s-pv $option
  reference sched-credit -d s-pv
done
for option in '-t 10' '-r 500' '-m 1000' '-t 5 -r 100 -m 0' '-t 0' '-t 1001' '-r 99' '-r 6000' '-m -1' '-m 100001' '-t x'; do
  # shellcheck disable=SC2086 # words
  try xl sched-credit -s -p two $option
  reference sched-credit -s -p two
done
try xl sched-credit -s
try xl sched-credit2 -d s-pv
try xl sched-credit2 -d s-pv -w 100
try xl sched-credit2 -s -p two
try xl sched-credit2 -s -p two -r 1000
try xl sched-credit2 -p two
try xl sched-credit2
reference destroy s-pv
reference cpupool-destroy two
reference cpupool-cpu-add Pool-0 1
#: long
