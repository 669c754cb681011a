# A host without Xen that looks like one: empty /run and /var/lib, a real xenstored with what domain 0 has in it, both
# under fake-xen.c. Sourced in namespaces of its own (unshare --mount --pid).

# compile_fake_xen FOLDER: FOLDER/fake-xen.so; outside of the namespaces.
compile_fake_xen() {
  cc -O1 -g -Wall -Wextra -shared -fPIC -o "$1/fake-xen.so" "$(dirname "${BASH_SOURCE[0]}")/fake-xen.c" -ldl
}

# fake_host FOLDER [OPTIONS]: FOLDER has fake-xen.so, and gets the daemon's things. OPTIONS are of the file system under
# /var/lib, size=2m say.
fake_host() {
  mount -t tmpfs run /run && mount -t tmpfs -o "${2:-rw}" lib /var/lib || exit 2
  mkdir -p /var/lib/xen /run/xen /run/lock "$1/fake-xen"
  export FAKE_XEN=$1/fake-xen XENSTORED_RUNDIR=$1/fake-xen XENSTORED_PATH=$1/fake-xen/socket
  start_xenstored "$1"
  # Programs without the variables find it too.
  mkdir -p /run/xenstored && ln -s "$XENSTORED_PATH" /run/xenstored/socket
  xenstore-write /local/pool/0/name Pool-0 /local/domain/0/name Domain-0 /local/domain/0/domid 0 /local/domain/0/vm /vm/0 /vm/0/uuid 0
}

# start_xenstored FOLDER: an empty one, again if that of the host was killed and its socket removed.
start_xenstored() {
  local daemon=/usr/lib/xen-4.17/bin/xenstored
  [ -x $daemon ] || daemon=/usr/sbin/xenstored
  env -u XENSTORED_PATH LD_PRELOAD="$1/fake-xen.so" $daemon --no-fork --internal-db --pid-file "$FAKE_XEN/pid" &
  # The socket's file is there before anybody listens.
  for _ in $(seq 200); do
    ! xenstore-exists / 2> /dev/null || return 0
    sleep 0.05
  done
  echo "xenstored does not start" >&2
  exit 2
}

# fake_host_in_tmp FOLDER [OPTIONS]: the same with a copy of FOLDER for /tmp, and its library, if there is one, in
# /tmp/ours.
fake_host_in_tmp() {
  mount -t tmpfs tmp /mnt && cp -r "$1"/* /mnt/ && mount --move /mnt /tmp || exit 2
  mkdir -p /tmp/ours
  [ ! -e /tmp/libxenlight.so.4.17 ] || mv /tmp/libxenlight.so.4.17 /tmp/ours/
  fake_host /tmp "${2:-}"
  mkdir -p /var/log/xen
}
