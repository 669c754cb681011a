# What a case may call. Side is debian or ours; the library of the side is used by
# `xl` alone: guests are made, and looked at, with Debian's.

real_xl=/usr/lib/xen-4.17/bin/xl

# xl ARG…: xl with the library of this side.
export side
xl() {
  if [ "$side" = ours ]; then LD_LIBRARY_PATH=/tmp/ours timeout 120 $real_xl "$@"; else timeout 120 $real_xl "$@"; fi
}

# reference ARG…: xl with Debian's library.
reference() { timeout 120 $real_xl "$@"; }

# try COMMAND…: run it, show it and its exit status.
try() {
  local shown="$*" result=0
  [ ${#shown} -le 200 ] || shown="${shown:0:60}…(${#shown} characters)"
  echo "\$ $shown"
  echo "\$ $shown" >&2
  "$@" || result=$?
  echo "-> $result"
}

# try_each COMMAND… -- ARG…: try the command with each of the arguments in turn.
try_each() {
  local command=()
  while [ "$1" != -- ]; do command+=("$1"); shift; done
  shift
  local arg
  for arg; do try "${command[@]}" "$arg"; done
}

# guest NAME KIND [OPTION…]: a domain for this case. KIND: pv or pvh (both do
# nothing and need 4 to 8 MB), linux-pv, linux-pvh. Options go to xl create, -p say.
guest() {
  local name=$1 kind=$2 id
  shift 2
  [ ! -e /share/quick ] || kind=${kind#linux-}
  {
    echo "name=\"$name\""
    echo "uuid=\"$(echo "$name" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')\""
    echo "vcpus=1"
    case $kind in
      *pvh) echo 'type="pvh"' ;;
      *) echo 'type="pv"' ;;
    esac
    case $kind in
      linux-*) printf 'kernel="/guest/vmlinuz"\nramdisk="/guest/initrd.gz"\nmemory=192\nextra="console=hvc0 quiet"\n' ;;
      pvh) printf 'kernel="/guest/tiny"\nmemory=8\n' ;;
      pv) printf 'kernel="/guest/tiny"\nmemory=4\n' ;;
    esac
  } > "/tmp/$name.cfg"
  reference create -q -e "$@" "/tmp/$name.cfg" || { echo "guest $name was not created"; return 1; }
  id=$(reference domid "$name")
  echo "$id $name" >> "${record:-/share/out}/domids"
}

# id_of NAME: its domain id.
id_of() { reference domid "$1"; }

# domains: the list as Debian's library sees it, without what changes by itself: the
# times, and whether a guest that does something runs or waits just now.
domains() { reference list | sed -E 's/ +[0-9.]+$//; /^linux-/s/ [r-][b-]/ ??/; s/^(Domain-0 .*) [r-][b-]/\1 ??/'; }

# snapshot LABEL: xenstore and the files, for comparison. A few processes whatever
# there is: starting one is dear under emulation.
snapshot() {
  xenstore-ls -fp > "$record/xenstore.$1"
  find /var/lib/xen /run/xen -type f -printf '%p %m %u\n' | sort > "$record/files.$1"
  find /var/lib/xen -type f -name 'userdata-?.*' | sort \
    | xargs -r awk '{ n = FILENAME; sub(".*/", "", n); print substr(n, 1, 20) " | " $0 }' \
    >> "$record/files.$1"
}
