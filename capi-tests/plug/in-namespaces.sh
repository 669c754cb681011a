#!/usr/bin/env bash
# One turn, in namespaces of its own (run): the run's folder in $1, the library's folder or nothing in $2, what to do in $3.
# Turns go on at once: each has the programs in a folder of its own that has the same name in all of them.
set -u
folder=$1/turn libs=$2
mount -t tmpfs run /run && mount -t tmpfs lib /var/lib && mount -t tmpfs turn "$folder" || exit 2
cp "$1/plug" "$1/look" "$1/pretend.so" "$folder/" || exit 2
mkdir -p /var/lib/xen /run/xen /run/lock "$folder/pretend"
export PRETEND=$folder/pretend XENSTORED_RUNDIR=$folder/pretend XENSTORED_PATH=$folder/pretend/socket
daemon=/usr/lib/xen-4.17/bin/xenstored
[ -x $daemon ] || daemon=/usr/sbin/xenstored
env -u XENSTORED_PATH LD_PRELOAD="$folder/pretend.so" $daemon --no-fork --internal-db --pid-file "$PRETEND/pid" &
for _ in $(seq 100); do [ -S "$PRETEND/socket" ] || sleep 0.1; done
[ -S "$PRETEND/socket" ] || { echo "xenstored does not start" >&2; exit 2; }
mkdir -p /run/xenstored && ln -s "$PRETEND/socket" /run/xenstored/socket
xenstore-write /local/pool/0/name Pool-0 /local/domain/0/name Domain-0 /local/domain/0/domid 0 /local/domain/0/vm /vm/0 /vm/0/uuid 0
LD_PRELOAD="$folder/pretend.so" "$folder/plug" serve &
. "$1/$3.sh"
