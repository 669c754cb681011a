# Schedulers that are not in use.
for scheduler in credit rtds; do
  try xl sched-$scheduler
  try xl sched-$scheduler -d still
  try xl sched-$scheduler -d nosuch
  try xl sched-$scheduler -p Pool-0
  try xl sched-$scheduler -p nosuch
done
try xl sched-credit -s
try xl sched-rtds -v all
