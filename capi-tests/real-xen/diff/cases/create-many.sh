# Several at once.
for n in 1 2 3 4; do config "many-$n" "$([ $((n % 2)) = 0 ] && echo pv || echo pvh)"; done
for n in 1 2 3 4; do
  try xl create -q -e -p "/tmp/many-$n.cfg" > "/tmp/many-$n.out" 2> "/tmp/many-$n.err" &
done
wait
for n in 1 2 3 4; do
  cat "/tmp/many-$n.out"
  cat "/tmp/many-$n.err" >&2
  made "many-$n"
done
domains | sort | sed -E 's/^([^ ]+ +)[0-9]+/\1ID/'
#: sed domains /^many-/d   -- in which order they are made is chance; stdout has them
