# The differential run, in dom0: every case with both libraries, one after the other.
# Libraries and records are on a tmpfs: the share is slow.
. /share/lib.sh
mkdir -p /tmp/lib/debian /tmp/lib/ours
cp -L /usr/lib/*/"libxenlight.so.$XEN" /tmp/lib/debian/
cp "/share/lib/libxenlight.so.$XEN" /tmp/lib/ours/
cp /share/look /share/machine /share/insert /share/reset /tmp/

echo "dom0 is up after $(cut -d. -f1 /proc/uptime) s"
/share/skip-domids 1200 || exit 1
echo "ids are used up after $(cut -d. -f1 /proc/uptime) s"
exec 9>&1
record=/tmp/out
mkdir -p $record
guest linux-pv linux-pv || exit 1
guest linux-pvh linux-pvh || exit 1
guest still pv -p || exit 1
guest idle pv || exit 1
guest idle-pvh pvh || exit 1
# The first end of a domain makes files that are there from then on.
guest first pv -p && reference destroy first
sed -i '/ first$/d' $record/domids
# The first device model makes this node.
xenstore-write /local/domain/0/device-model ''
# What their kernels write while they start is no case's.
starts() { [ "$(xenstore-read "/local/domain/$(id_of "$1")/control/feature-suspend")" = 1 ]; }
for name in linux-pv linux-pvh; do [ -e /share/quick ] || until_true starts $name; done
common=$(cat $record/domids)
echo "guests are made after $(cut -d. -f1 /proc/uptime) s:"
domains

# run_case SCRIPT: what it prints and its status, in $record. It gets 600 s: then it is ended, and all that it has
# started. A fork, and not bash under timeout: their start would cost as much as two commands of the case.
mkfifo /tmp/ended && exec 8<> /tmp/ended
run_case() {
  local case status
  set -m
  (
    set +m
    (. "$1") 8>&-
    echo $? >&8
  ) > "$record/stdout" 2> "$record/stderr" < /dev/null &
  case=$!
  set +m
  read -r -t 600 status <&8 || status="124, out of time"
  kill -KILL -- "-$case" 2> /dev/null
  wait "$case" 2> /dev/null
  echo "$status" > "$record/status"
}

last=
for script in /share/cases/*.sh; do
  name=$(basename "$script" .sh)
  line="ran  $name:"
  for side in debian ours; do
    record=/tmp/out/$name/$side
    mkdir -p "$record"
    echo "$common" > "$record/domids"
    # What the last case left is what this one finds, unless guests had to be removed.
    if [ -n "$last" ]; then echo "$last" > "$record/before-is"; else snapshot before || exit 1; fi
    began=${EPOCHREALTIME/./}
    run_case "$script"
    line="$line $side $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
    snapshot after || exit 1
    last=$name/$side/after
    # Removes what the case left behind, before the other side's turn.
    while read -r id _; do
      case $'\n'$common in *$'\n'"$id "*) continue ;; esac
      reference destroy "$id" > /dev/null 2>&1
      last=
    done < "$record/domids"
  done
  # One file: each is dear on the share.
  tar -C /tmp/out -cf "/share/out/$name.tar" "$name"
  echo "$line"
done
