#!/usr/bin/env bash
# One turn, in namespaces of its own (run): the run's folder in $1, the library's folder or nothing in $2, what to do in $3.
# Turns go on at once: each has the programs in a folder of its own that has the same name in all of them.
set -u
folder=$1/turn libs=$2
mount -t tmpfs turn "$folder" || exit 2
cp "$1/plug" "$1/look" "$1/fake-xen.so" "$folder/" || exit 2
mount -t tmpfs log /var/log && mkdir /var/log/xen || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$folder"
LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" serve &
# back_ends_caught_up: they have answered all that was written until now, so that what they answer can be looked at.
back_ends_caught_up() {
  xenstore-rm /tool/answered 2> /dev/null
  xenstore-write /tool/asked 1
  for _ in $(seq 500); do
    ! xenstore-exists /tool/answered || return 0
    sleep 0.02
  done
  echo "the back ends do not answer"
}
. "$1/$3.sh"
