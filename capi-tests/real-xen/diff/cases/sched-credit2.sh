# The scheduler that is in use.
try xl sched-credit2
try_each xl sched-credit2 -d -- 0 linux-pv still nosuch 99 -1
try xl sched-credit2 -s
try xl sched-credit2 -s -p Pool-0
try xl sched-credit2 -p Pool-0
try xl sched-credit2 -p nosuch
try xl sched-credit2 -s -p nosuch
try xl sched-credit2 -d still -p Pool-0
try xl sched-credit2 -x
