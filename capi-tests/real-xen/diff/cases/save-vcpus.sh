# Two cpus, of which one is not there; what they are pinned to and their weight; and in a pool of their own.
guest cpus pvh vcpus=1 maxvcpus=3 'cpus="0"' cpu_weight=300 cpu_cap=50
suspends cpus
try xl save cpus /tmp/cpus.img
try xl restore -e /tmp/cpus.img
made cpus
try xl vcpu-list cpus | awk '{ print $1, $3, $5, $7, $8, $9 }'
try xl sched-credit2 -d cpus | awk '{ print $1, $3, $4 }'
of_domain cpus | grep cpu
suspends cpus
try xl vcpu-pin cpus all all
try xl sched-credit2 -d cpus -w 100
try xl save cpus /tmp/cpus.img
try xl restore -e -p /tmp/cpus.img
made cpus
try xl vcpu-list cpus | awk '{ print $1, $3, $7, $8, $9 }'
try xl sched-credit2 -d cpus | awk '{ print $1, $3, $4 }'
rm /tmp/cpus.img
#: long
