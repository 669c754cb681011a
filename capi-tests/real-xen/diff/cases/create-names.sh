# Names: taken, missing, empty, long, with anything in them.
create n-one pv
create n-one pv
create n-one pvh
config n-two pv
for name in '' Domain-0 0 "$(printf 'n%.0s' {1..90})" 'a/b' 'with blank' 'per%cent' '.' 'ä'; do
  try xl create -q -e -p /tmp/n-two.cfg "name=\"$name\""
  if [ -n "$name" ]; then made "$name"; else echo "$(domains | awk '$2 == "pv" { print $1 }') nameless" >> "$record/domids"; fi
done
try xl create -q -e -p /tmp/n-two.cfg 'name=7'
made 7
sed -i '/^name=/d' /tmp/n-two.cfg
try xl create -q -e -p /tmp/n-two.cfg
domains
#: long
