# The cases, in namespaces of their own (run), with the run's folder in $1.
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host_in_tmp "$folder"
# shellcheck source=/dev/null
. /tmp/settings
for n in 1 2 3 9; do truncate -s 1M "/tmp/cd$n.iso"; done
status=0 id=

# side ours|C COMMAND…: cdrom with that library.
side() {
  local libs=
  [ "$1" = C ] || libs=/tmp/ours
  LD_LIBRARY_PATH=$libs LD_PRELOAD=/tmp/fake-xen.so timeout -k 1 200 /tmp/cdrom "${@:2}" 2>> /tmp/log
}
qemu() { /tmp/qemu "$id" & qemu=$!; for _ in $(seq 100); do [ -S "/run/xen/qmp-libxl-$id" ] && return; sleep 0.02; done; }
# An end that is not reported.
quit() { kill "-${2:-KILL}" "$1" 2> /dev/null; wait "$1" 2> /dev/null; }
table() { /tmp/cdrom table "$@"; }
look() { LD_PRELOAD=/tmp/fake-xen.so /tmp/cdrom look "$id"; }
fresh() {
  [ -z "$id" ] || { quit "$qemu"; rm -f "/run/xen/qmp-libxl-$id"; side ours vanish "$id"; }
  table delay=0 locked=0 kill_point=0 kill_delay=0 calls=0 failures=0 longest=0
  id=$(side ours make "guest-$1")
  qemu
}
bad() { echo "    $*"; wrong=1; }
is() { [ "$2" = "$3" ] || bad "$1: $2, wanted: $3"; }
run_case() {
  [ -z "$cases" ] || [[ " $cases " == *" $1 "* ]] || return 0
  local began=$SECONDS
  wrong=
  : > /tmp/log
  fresh "$1"
  "case_${1//-/_}"
  if [ -z "$wrong" ]; then
    echo "ok $1 ($((SECONDS - began)) s)"
  else
    tail -n 40 /tmp/log | sed 's/^/    | /'
    echo "FAIL $1"
    status=1
  fi
}

# What each change answers and leaves, equal with both.
case_changes() {
  local of who n
  for who in C ours; do
    fresh "changes-$who"
    of=
    for n in 2 2 0 0 3 9 1 8; do of+="$n: $(side "$who" change "$id" "$n") $(look)"$'\n'; done
    table locked=1
    of+="locked: $(side "$who" change "$id" 2) $(look)"$'\n'
    table locked=0
    kill "$qemu"; wait "$qemu" 2> /dev/null
    of+="dead: $(side "$who" change "$id" 2)"$'\n'
    printf '%s' "$of" > "/tmp/changes-$who"
  done
  # A medium that cannot be opened is noticed before the old one goes; C notices after.
  is "C without the file" "$(grep '^8:' /tmp/changes-C)" "8: -3 after 0 s qemu 0 record 0 back 0 json 1"
  is "ours without the file" "$(grep '^8:' /tmp/changes-ours)" "8: -3 after 0 s qemu 1 record 1 back 1 json 1"
  sed -i '/^8:/d; /^locked/d' /tmp/changes-C /tmp/changes-ours
  diff /tmp/changes-C /tmp/changes-ours > /tmp/difference || bad "$(cat /tmp/difference)"
  is "results" "$(grep -c -e ': 0 after' /tmp/changes-ours)" 6
}

# The guest requests ejections: each generator reports each of them, with the drive's vdev.
case_guest_ejects() {
  side ours guest "$id" > /tmp/guest
  local expected=
  for n in 1 2 3; do
    expected+="inserted: 0"$'\n'
    for user in 1 2; do
      expected+="event for $user: vdev hdc, disk hdc, backend qdisk, format empty"$'\n'"ejected: 0"$'\n'
    done
    expected+="qemu 0 record 0 back 0 json 0"$'\n'
  done
  is "events" "$(sort /tmp/guest)" "$(printf '%s' "$expected" | sort)"
}

# The caller is killed at each point of the dialogue, and a moment after. Then it holds, and the next one puts all right.
steps() {
  local point delay held=0 bad=0
  for point in 1 2 3 4 5 6 7 8 9 10; do
    for delay in 0 300 1000 2500; do
      table kill_point="$point" kill_delay="$delay"
      { side "$1" change "$id" 2; } > /dev/null 2>&1
      if look > /tmp/look; then held=$((held + 1)); else bad=$((bad + 1)); echo "after point $point and $delay us: $(cat /tmp/look)" >> /tmp/log; fi
      table kill_point=0
      is "the next change ($point, $delay)" "$(side ours change "$id" 3) $(look)" "0 after 0 s qemu 3 record 3 back 3 json 3"
    done
  done
  echo "$held $bad"
}
case_killed_at_each_step() { is "held, did not" "$(steps ours)" "40 0"; }

# The same with the C library, which may leave a medium that is not stored; what it leaves is put right too.
case_killed_at_each_step_c() { steps C > /dev/null; }

case_aborted() {
  table delay=6000
  local ms answer
  for ms in $(seq 0 2 30); do
    answer=$(side ours abort "$id" 2 "$ms")
    case $answer in "0 after"* | "-22 after"*) ;; *) bad "aborted after $ms ms: $answer" ;; esac
    look > /tmp/look || bad "aborted after $ms ms: $(cat /tmp/look)"
    side ours change "$id" 3 > /dev/null
    is "the next change" "$(look)" "qemu 3 record 3 back 3 json 3"
  done
}

# QEMU has stopped: who changes, and who waits behind, ends. What QEMU does when it goes on is stored.
case_qemu_stopped() {
  kill -STOP "$qemu"
  side ours change "$id" 2 > /tmp/first &
  local first=$!
  sleep 0.3
  side ours change "$id" 0 > /tmp/second &
  wait "$first" $!
  [[ $(cat /tmp/first) =~ ^-9\ after\ 4[0-2] ]] || bad "the first: $(cat /tmp/first)"
  [[ $(cat /tmp/second) =~ ^-9\ after\ (79|8[0-2]) ]] || bad "the second: $(cat /tmp/second)"
  look > /tmp/look || bad "stopped: $(cat /tmp/look)"
  kill -CONT "$qemu"
  is "afterwards" "$(side C change "$id" 3) $(look)" "0 after 0 s qemu 3 record 3 back 3 json 3"
}

# A QEMU that is slow, as with a medium on a network, has 40 s with both.
case_qemu_slow() {
  local who
  for who in C ours; do
    kill -STOP "$qemu"
    side "$who" change "$id" 2 > /tmp/answer &
    sleep 12
    kill -CONT "$qemu"
    wait $!
    [[ $(cat /tmp/answer) =~ ^0\ after\ 1[1-5] ]] || bad "$who: $(cat /tmp/answer)"
  done
  is "afterwards" "$(look)" "qemu 2 record 2 back 2 json 2"
}

# QEMU stops between the ejection and the insertion, and has the command still to do.
case_qemu_late() {
  table delay=16000000 medium=1
  # At random up to 16 s for each of its steps: most changes time out at one of them.
  local n
  for n in $(seq "$rounds"); do
    side ours change "$id" $((n % 3)) > /tmp/answer
    case $(cat /tmp/answer) in "-9 after 4"[0-2]* | "0 after "*) ;; *) bad "late: $(cat /tmp/answer)" ;; esac
    look > /tmp/look || bad "late: $(cat /tmp/look)"
  done
  table delay=0
  sleep 16
  look > /tmp/look || bad "later: $(cat /tmp/look)"
  is "afterwards" "$(side ours change "$id" 3) $(look)" "0 after 0 s qemu 3 record 3 back 3 json 3"
}

# Four processes of eight threads, of these libraries; QEMU and processes are disturbed until the time is over.
fire() {
  local lock=$1 workers=() pid until n=0 who whose=("${@:2}")
  start() {
    local libs=
    [ "$1" = C ] || libs=/tmp/ours
    LD_LIBRARY_PATH=$libs LD_PRELOAD=/tmp/fake-xen.so /tmp/cdrom work "$id" 8 >> /tmp/said 2>> /tmp/log &
    workers[$2]=$!
  }
  : > /tmp/said
  table delay=2000 calls=0 failures=0 longest=0
  for who in 0 1 2 3; do start "${whose[who]}" "$who"; done
  /tmp/cdrom watch "$id" "$lock" > /tmp/watched &
  local watcher=$!
  until=$((SECONDS + seconds))
  while [ "$SECONDS" -lt "$until" ]; do
    case $((n++ % 4)) in
      0) kill -STOP "$qemu"; sleep 0.$((RANDOM % 9)); kill -CONT "$qemu" ;;
      1)
        # It is empty before it is dead: C's caller, who has no answer then, does not store what QEMU has got already.
        kill -STOP "$qemu"
        until grep -q '^State:.T' "/proc/$qemu/status"; do :; done
        table medium=0
        quit "$qemu"
        sleep 0.1
        qemu
        ;;
      2) table delay=$((RANDOM % 20000)) ;;
      3)
        who=$((RANDOM % 4))
        # The C library, killed at the wrong moment, leaves a medium that is not stored.
        if [ "${whose[who]}" = ours ]; then quit "${workers[who]}"; start ours "$who"; fi
        ;;
    esac
    sleep 0.2
  done
  table delay=0
  for pid in "${workers[@]}"; do kill "$pid"; done
  for pid in "${workers[@]}"; do wait "$pid" || bad "a worker ended with $?"; done
  kill "$watcher"
  wait "$watcher" || bad "it did not hold at every moment"
  is "the watcher" "$(cat /tmp/watched)" "looked enough times"
  is "the workers" "$(cat /tmp/said)" ""
  [ "$(table calls)" -gt 100 ] || bad "only $(table calls) calls"
  # After the others, each of which a stopped QEMU delays.
  [ "$(table longest)" -lt 60000 ] || bad "a call of $(table longest) ms"
  echo "    $(table calls) calls, $(table failures) of them failures, the longest $(table longest) ms"
  for who in C ours; do
    is "afterwards, $who" "$(side "$who" change "$id" 3) $(look)" "0 after 0 s qemu 3 record 3 back 3 json 3"
  done
}
case_fire() { fire fast ours ours ours ours; }
# C's medium is in QEMU before it is stored, so only who has the slow lock as well sees that it holds.
case_fire_mixed() { fire slow ours C ours C; }

# The domain goes while all are at it: each ends, and nothing is left of it.
case_vanished() {
  local pids=() who
  table delay=2000
  for who in ours ours; do
    LD_LIBRARY_PATH=/tmp/ours LD_PRELOAD=/tmp/fake-xen.so /tmp/cdrom work "$id" 8 > /dev/null 2>> /tmp/log &
    pids+=($!)
  done
  sleep 1
  side ours vanish "$id"
  sleep 1
  kill "${pids[@]}"
  for who in "${pids[@]}"; do wait "$who" || bad "a worker ended with $?"; done
  [[ $(side ours change "$id" 1) =~ ^-3\ after\ 0 ]] || bad "a change of a domain that is gone"
  id=
  quit "$qemu"
}

for case in changes guest-ejects killed-at-each-step killed-at-each-step-c aborted qemu-slow qemu-stopped qemu-late fire fire-mixed vanished; do
  run_case $case
done
exit $status
