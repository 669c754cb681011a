# What the scheduler in use holds for a domain and for its pool: set, read back, refused.
guest s-pv pv -p vcpus=3
try xl sched-credit2 -d s-pv
for option in '-w 512' '-c 50' '-w 1 -c 300' '-w 65535' '-c 0' '-w 0' '-w -1' '-w 65536' '-w x' '-w 99999999999' \
  '-c 301' '-c -1' '-c -2' '-c x' '-w 7 -c 999' ''; do
  # shellcheck disable=SC2086 # words
  try xl sched-credit2 -d s-pv $option
  reference sched-credit2 -d s-pv
done
try xl sched-credit2 -d s-pv
for domain in nosuch 99 0 -1; do try xl sched-credit2 -d "$domain" -w 256; done
try xl sched-credit2 -w 5
for limit in 500 0 99 100 500000 500001 -1 x 1000; do
  try xl sched-credit2 -s -r $limit
  reference sched-credit2 -s
done
try xl sched-credit2 -s -r 2000 -p Pool-0
try xl sched-credit2 -s -r 1000 -p nosuch
try xl sched-credit2 -s -r 1000 -p 7
reference sched-credit2 -s -r 1000
# Schedulers that are not in use.
try xl sched-credit -d s-pv -w 512
try xl sched-credit -s -t 10
try xl sched-credit -s -r 100 -p Pool-0
try xl sched-rtds -d s-pv -v all -p 10000 -b 4000 -e 0
try xl sched-rtds -d s-pv -v 0 -p 10000 -b 4000 -e 1
try xl sched-rtds -d s-pv -v all
try xl sched-rtds -d s-pv -v 0
