# What a case may call. Side is debian or ours; the library of the side is used by
# `xl` alone: guests are made, and looked at, with Debian's.

# Xen's programs. XEN is the host's release.
xen=/usr/lib/xen-$XEN
real_xl=$xen/bin/xl

# xl ARG…: xl with the library of this side. Each lies in a folder of its own: being looked for
# there costs all of xl's libraries a failed open, and the times should compare.
export side record
xl() { LD_LIBRARY_PATH=/tmp/lib/$side $real_xl "$@"; }

# reference ARG…: xl with Debian's library.
reference() { $real_xl "$@"; }

# try COMMAND…: run it, show it and its exit status.
try() {
  local shown="$*" result=0
  [ ${#shown} -le 200 ] || shown="${shown:0:60}…(${#shown} characters)"
  echo "\$ $shown"
  echo "\$ $shown" >&2
  [ ! -e /share/trace ] || echo "$side \$ $shown" >&9
  "$@" || result=$?
  echo "-> $result"
}

# later LABEL COMMAND…: begins it, and goes on. finished LABEL waits for its end, and shows it as try does.
later() {
  local label=$1
  shift
  (try "$@") > "/tmp/later-$label" 2> "/tmp/later-$label.err" &
  eval "later_$label=$!"
}
finished() {
  local pid=later_$1
  wait "${!pid}"
  cat "/tmp/later-$1"
  cat "/tmp/later-$1.err" >&2
}

# try_each COMMAND… -- ARG…: try the command with each of the arguments in turn.
try_each() {
  local command=()
  while [ "$1" != -- ]; do command+=("$1"); shift; done
  shift
  local arg
  for arg; do try "${command[@]}" "$arg"; done
}

# config NAME KIND [LINE…]: /tmp/NAME.cfg, the configuration of a domain. KIND: pv or pvh (both do
# nothing and need 4 to 8 MB), hvm (the same in place of the firmware, with a QEMU), linux-pv, linux-pvh, and linux-hvm, which
# needs the lines of hvm-kernel too. A line counts more than what KIND says.
config() {
  local name=$1 kind=$2
  shift 2
  [ ! -e /share/quick ] || kind=${kind#linux-}
  {
    echo "name=\"$name\""
    echo "uuid=\"$(echo "$name" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')\""
    [[ "${options-} $*" == *vcpus=* ]] || echo "vcpus=1"
    case $kind in
      *pvh) echo 'type="pvh"' ;;
      *hvm) echo 'type="hvm"' ;;
      *) echo 'type="pv"' ;;
    esac
    case $kind in
      # In the emulated host, SeaBIOS does not always come to the end of a graphics card's program.
      linux-hvm) printf 'memory=192\nvga="none"\nvnc=0\nnographic=1\n' ;;
      linux-*) printf 'kernel="/guest/vmlinuz"\nramdisk="/guest/initrd.gz"\nmemory=192\nextra="console=hvc0 quiet"\n' ;;
      pvh) printf 'kernel="/guest/tiny"\nmemory=8\n' ;;
      pv) printf 'kernel="/guest/tiny"\nmemory=4\n' ;;
      hvm) printf 'firmware_override="/guest/tiny"\nmemory=16\nvnc=0\nnographic=1\n' ;;
    esac
    printf '%s\n' "$@"
  } > "/tmp/$name.cfg"
}

# reference_create ARGUMENT…: xl create with Debian's library. That for Xen 4.20 asks a QEMU for its arguments, and logs an error
# if that QEMU ends before the connection does, which is chance, and of no case's interest.
reference_create() {
  local status=0
  reference create -q -e "$@" 2> /tmp/created || status=$?
  if [ $status = 0 ]; then grep -v qmp_ev_fd_callback /tmp/created; else cat /tmp/created; fi >&2
  return $status
}

# guest NAME KIND [OPTION…]: a domain for this case, made with Debian's library. KIND is one of config's.
# Options go to xl create, -p say; one that has a = is a line of the configuration.
guest() {
  local name=$1 kind=$2 options
  shift 2
  options=$*
  config "$name" "$kind"
  reference_create "$@" "/tmp/$name.cfg" || { echo "guest $name was not created"; return 1; }
  id=$(id_of "$name")
  echo "$id $name" >> "${record:-/share/out}/domids"
}

# create NAME KIND [LINE…]: tries to make a domain of this configuration with the library of this side. It stays
# paused.
create() {
  config "$@"
  try xl create -q -e -p "/tmp/$1.cfg"
  made "$1"
}

# made NAME…: tells the runner of domains that this side has made, when the console daemon knows them. Those
# that are not there are passed over.
made() {
  local name id tries
  for name; do
    for id in $(id_of "$name"); do
      ! grep -q "^$id " "$record/domids" || continue
      for ((tries = 0; tries < 100; tries++)); do
        ! xenstore-exists "/local/domain/$id/console/tty" || break
        sleep 0.1
      done
      echo "$id $name" >> "$record/domids"
      echo "there is $name"
    done
  done
}

# The line of a configuration with which a domain's device model is one that does nothing, and is there at once.
stand_in='device_model_override="/share/stand-in-qemu"'

# The lines with which a domain's device model is in a stub domain, whose kernel does nothing.
in_stubdom=('device_model_stubdomain_override=1' 'device_model_version="qemu-xen"' 'stubdomain_kernel="/guest/tiny"'
  'stubdomain_ramdisk="/tmp/stub-ramdisk"' 'stubdomain_memory=8')

# stubdom_host: what such a domain needs of the host. Debian has the program that passes QMP on where nothing looks for it.
stubdom_host() {
  ln -sf "$xen/bin/vchan-socket-proxy" /usr/bin/
  head -c 4096 /dev/zero > /tmp/stub-ramdisk
}

# in_place_of NAME: tells that NAME's device model runs, when its stub domain is there. was_in_place NAME: waits for that.
in_place_of() {
  (
    until_true eval "[ -n \"\$(id_of '$1-dm')\" ]"
    directory=/local/domain/$(id_of "$1-dm")/device-model/$(id_of "$1")
    until_true xenstore-exists "$directory"
    until_true eval "domains | grep '^$1-dm ' | grep -v -e '--p---'"
    xenstore-write "$directory/state" running
  ) > "/tmp/in-place-$1" 2>&1 &
  in_place=$!
}
was_in_place() {
  wait "$in_place"
  cat "/tmp/in-place-$1"
}

# qemu NAME: its command line, QEMU's or the stand-in's, one argument a line.
qemu() {
  local id
  id=$(id_of "$1")
  if [ -e "/tmp/stand-in-qemu.$id" ]; then
    cat "/tmp/stand-in-qemu.$id"
  else
    tr '\0' '\n' < "/proc/$(xenstore-read "/local/domain/$id/image/device-model-pid")/cmdline"
  fi | sed -E "/^-xen-domid$/{n;s/.*/ID/}; s,(qmp-libxl|qmp-libxenstat|qemu-root)-$id\b,\1-ID,; s/\bvif$id\./vifID./"
}

# of_domain NAME: what xenstore has of it that does not depend on its number.
of_domain() {
  local id
  id=$(id_of "$1")
  { nodes "/local/domain/$id"; nodes "$(xenstore-read "/local/domain/$id/vm")"; nodes "/libxl/$id"; } 2>&1 |
    numberless "$id" | sort
}

# numberless ID: takes the domain's number, and what else is another each time, out of stdin.
numberless() {
  sed -E "s,(/domain/|/libxl/|/backend/[a-z0-9_]+/|with )$1\b,\1ID,g; s,((domid|frontend-id)\" = )\"$1\",\1\"ID\",; s,\(([a-z])$1\b,(\1ID,g; s,(/(device-model-pid|start_time|tty|port|ring-ref)) = \"[^\"]+\",\1 = \"N\","
}

# with_drives NAME DISK [LINE…]: an HVM guest with CD drives (a list of disks as in a configuration), made with Debian's library. It
# stays paused, so that nothing of it changes by itself; its QEMU serves all the same. Two media are there for it.
with_drives() {
  local name=$1 disks=$2 n
  shift 2
  for n in one two; do [ -e "/tmp/cd-$n" ] || head -c 65536 /dev/zero | tr '\0' "${n:0:1}" > "/tmp/cd-$n"; done
  options="$*" config "$name" hvm "disk=[$disks]" "$@"
  reference_create -p "/tmp/$name.cfg" || { echo "guest $name was not created"; return 1; }
  id=$(id_of "$name")
  echo "$id $name" >> "${record:-/share/out}/domids"
}

# drives NAME: what QEMU has in the drives of the guest, and what xenstore and the stored configuration have.
drives() {
  reference qemu-monitor-command "$1" 'info block' | sed -E 's/#block[0-9]+/#blockN/; s,/dev/fdset/[0-9]+,/dev/fdset/N,; s/\r$//'
  devices
}

# until_true COMMAND…: waits for it, at most a minute or as many as `minutes` says, after which the case fails (compare).
until_true() {
  local tries most=${minutes:-1}
  for ((tries = 0; tries < 300 * most; tries++)); do
    ! "$@" > /dev/null 2>&1 || return 0
    sleep 0.2
  done
  echo "$most min went by until: $*"
  return 1
}

# ends ID REASON: the domain's kernel shuts down: 0 off, 1 reboot, 3 crash, 4 watchdog.
ends() { /share/end "$1" "$2"; }

# joined NAME TEXT[=ANSWER]…: xl create -c of the configuration, on a terminal of its own. Waits until the domain runs and
# the texts have come, and says with what the user was joined to it.
joined() {
  local name=$1 end=/tmp/joined-$1 session
  shift
  rm -f "$end"
  LD_LIBRARY_PATH=/tmp/lib/$side try python3 /share/joined.py "/tmp/$name.cfg" "$end" "$@" &
  session=$!
  until_true eval "domains | grep -q '^$name .*-b----'"
  made "$name"
  until_true pgrep -x xenconsole
  ps -o args= -C xenconsole | sed -E "s/ $(id_of "$name")( |$)/ ID\1/; s/(-fd) [0-9]+/\1 N/"
  : > "$end"
  wait $session
  until_true eval '! pgrep -x xenconsole'
}

# daemon_log NAME: what xl's daemon has written, without the library's log.
daemon_log() {
  sed -E '/^(libxl|xc|xencall|xenforeignmemory|xenevtchn|xendevicemodel|xenstore): /d; s/\[pid [0-9]+\]/[pid N]/; s/(domid|Domain) [0-9]+/\1 N/' \
    "/var/log/xen/xl-$1.log"
}

# build NAME LINE…: a domain of these lines, made paused by the library of this side; what the hypervisor has of it
# (machine.c) and what xenstore says of it. It ends with the case, or by destroy.
build() {
  local name=$1 id
  shift
  {
    echo "name=\"$name\""
    echo "uuid=\"$(echo "$name" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')\""
    printf '%s\n' "$@"
  } > "/tmp/$name.cfg"
  try xl create -q -e -p "/tmp/$name.cfg"
  id=$(id_of "$name")
  [ -n "$id" ] || return 0
  made "$name"
  # Numbers of domains differ from one side to the other.
  { /tmp/machine "$name"; { nodes "/local/domain/$id"; nodes "$(xenstore-read "/local/domain/$id/vm")"; } | sort; } 2>&1 |
    sed -E "s,(/domain/|/libxl/|with )$id\b,\1ID,g; s,(domid\" = )\"$id\",\1\"ID\",; s,\(([a-z])$id\b,(\1ID,g; s,(/device-model-pid) = .*,\1,"
}

# id_of NAME: its domain id.
id_of() { /tmp/look "id=$1"; }

# replaced NAME ID: whether the name is another domain's than ID's. It is nobody's while a guest restarts.
replaced() {
  local now
  now=$(id_of "$1")
  [ -n "$now" ] && [ "$now" != "$2" ]
}

# domains: the list of domains, not seen through either library.
domains() { /tmp/look domains; }

# pools: the cpupools, likewise.
pools() { /tmp/look pools; }

# nodes PATH: what xenstore has there and below.
nodes() { /tmp/look "at=$1"; }

# snapshot LABEL: xenstore, the files and the domains, for comparison.
snapshot() { /tmp/look -o "$record/$1" xenstore files domains; }

# device KIND DEVID BACKKIND [NODE VALUE]…: a device of domain $id that only xenstore knows: the toolstack's
# record with these nodes. $front and $back are then its two halves.
device() {
  local dir=/libxl/$id/device/$1/$2
  front=/local/domain/$id/device/$1/$2 back=/local/domain/0/backend/$3/$id/$2
  xenstore-write "$dir" '' "$dir/backend" "$back" "$dir/frontend" "$front"
  shift 3
  while [ $# -gt 0 ]; do xenstore-write "$dir/$1" "$2"; shift 2; done
}

# devices: all that xenstore has of domain $id's devices, and the configuration that the library keeps of it.
devices() {
  local kind
  {
    nodes "/libxl/$id/device"
    nodes "/local/domain/$id/device"
    for kind in $(xenstore-list /local/domain/0/backend 2> /dev/null); do
      nodes "/local/domain/0/backend/$kind/$id"
    done
  } 2> /dev/null | sort
  cat /var/lib/xen/userdata-d."$id".*.libxl-json | tr -d '\0'
  echo
}

# usb_host: for cases with `#: usb`. The host's kernel has the devices, and drivers for them. What they are bound to.
usb_host() {
  local interface
  modprobe -a xhci_pci usbhid hid-generic
  until_true test -e /sys/bus/usb/devices/1-3/driver
  for interface in /sys/bus/usb/devices/1-[123]:1.0; do
    until_true test -e "$interface/driver"
    echo "${interface##*/} has driver $(basename "$(readlink "$interface/driver")")"
  done
}

# usb_of NAME: what QEMU emulates for the guest.
usb_of() { reference qemu-monitor-command "$1" 'info usb' | tr -d '\r'; }

# bridge NAME: a bridge to put network cards into.
bridge() { ip link add "$1" type bridge 2> /dev/null; ip link set "$1" up; }

# until_state PATH STATE: waits until a half of a device is in that state.
until_state() {
  for _ in $(seq 100); do
    [ "$(xenstore-read "$1/state" 2> /dev/null)" != "$2" ] || return 0
    sleep 0.2
  done
  echo "$1 is in state $(xenstore-read "$1/state"), not in $2"
}

# no_devices: takes all such devices of domain $id away, so that its end waits for none.
no_devices() {
  local kind
  xenstore-rm "/libxl/$id/device"
  for kind in $(xenstore-list /local/domain/0/backend); do
    xenstore-rm "/local/domain/0/backend/$kind/$id" 2> /dev/null
    # The other side's turn must not find what this one's has made.
    [ -n "$(xenstore-list "/local/domain/0/backend/$kind")" ] || xenstore-rm "/local/domain/0/backend/$kind"
  done
  xenstore-rm "/local/domain/$id/device" 2> /dev/null
}

# suspends NAME [once|never|ends|destroyed]: stands in for the kernel of a guest that only blocks (pvh): takes a request to
# suspend in, and suspends, as often as it is asked. Once; or it takes it in and does not suspend; or ends instead; or its domain
# is destroyed. It notes each request.
suspends() {
  local name=$1 how=${2:-} id
  id=$(id_of "$name")
  : > "/tmp/suspends-$id"
  (
    node=/local/domain/$id/control/shutdown
    while xenstore-exists "/local/domain/$id/name"; do
      if [ "$(xenstore-read "$node" 2> /dev/null)" = suspend ]; then
        xenstore-write "$node" ''
        # A guest that has been destroyed meanwhile would have written nothing.
        xenstore-exists "/local/domain/$id/name" || xenstore-rm "/local/domain/$id"
        echo >> "/tmp/suspends-$id"
        case $how in
          never) ;;
          ends) ends "$id" 3 ;;
          destroyed) reference destroy "$id" ;;
          *) ends "$id" 2 ;;
        esac
        [ "$how" != once ] || exit
      fi
      sleep 0.05
    done
  ) > /dev/null 2>&1 &
}

# suspended NAME COUNT: whether it has been asked so often.
suspended() { [ "$(wc -l < "/tmp/suspends-$(id_of "$1")")" -ge "$2" ]; }

# image FILE: the records of a saved guest.
# The sizes are so written that none is taken for a domain's number.
image() { python3 /share/records.py "$1" | sed 's/ bytes$/B/'; }

# receiver [ARG…]: for xl migrate -s '': the command of a receiver with the library of this side.
receiver() { echo "LD_LIBRARY_PATH=/tmp/lib/$side $real_xl migrate-receive -e $*"; }

# move NAME [OPTION…] -- [OPTION…]: the guest moves over a pipe, with options of the sender and of the receiver, which write
# in any order.
move() {
  local sender=() name=$1
  shift
  while [ "$1" != -- ]; do sender+=("$1"); shift; done
  shift
  xl migrate "${sender[@]}" -s '' "$name" "$(receiver "$@")" 2> /tmp/moved
  set -- $?
  sort /tmp/moved >&2
  return "$1"
}

# pci_host: for cases with `#: pci`. The host's functions that guests may have are as they were after the start, without a
# driver and without notes; the driver that keeps them for guests is loaded. To be called at a case's begin and end.
pci_host() {
  local function left
  for left in $(xenstore-list /local/domain/0/backend/pci 2> /dev/null); do
    xenstore-exists "/local/domain/$left/name" || { xenstore-rm "/local/domain/0/backend/pci/$left"; echo "a back end was left behind"; }
  done
  modprobe xen-pciback
  for function in /sys/bus/pci/drivers/pciback/0000:*; do
    [ ! -e "$function" ] || reference pci-assignable-remove "${function##*/}"
  done > /dev/null 2>&1
  xenstore-rm /libxl/pci 2> /dev/null
  # The other side's turn must not find what this one's has made.
  [ -n "$(xenstore-list /local/domain/0/backend/pci 2> /dev/null)" ] || xenstore-rm /local/domain/0/backend/pci 2> /dev/null
}

# assignable FUNCTION…: functions that guests may have, as 05.0, made so with Debian's library.
assignable() {
  local function
  for function; do reference pci-assignable-add "0000:00:$function" 2> /dev/null; done
}

# pcifront NAME [FILE]: stands in for the driver of a PV guest's PCI devices. It answers the back end, and uses nothing. Once it
# is connected it answers when there is that file, and not before.
pcifront() {
  local id front back file=${2:-/tmp}
  id=$(id_of "$1")
  front=/local/domain/$id/device/pci/0/state back=/local/domain/0/backend/pci/$id
  xenstore-watch "$back" "/local/domain/$id/name" 2> /dev/null | while read -r _; do
    xenstore-exists "/local/domain/$id/name" || break
    case $(xenstore-read "$back/0/state" 2> /dev/null)-$(xenstore-read "$front" 2> /dev/null) in
      3-1) xenstore-write "$front" 4 ;;
      8-7 | 7-4)
        until [ -e "$file" ]; do sleep 0.2; done
        case $(xenstore-read "$back/0/state") in
          8) xenstore-write "$front" 4 ;;
          7) xenstore-write "$front" 7 ;;
        esac
        ;;
    esac
  done > /dev/null 2>&1 &
}

# connected NAME: waits until that driver and the back end agree.
connected() { until_state "/local/domain/0/backend/pci/$(id_of "$1")/0" 4; }

# of_pci NAME…: all that is known of PCI functions: who has them by the hypervisor's account, which are kept for guests; and for
# each of these domains its nodes, its configuration's, and what of the host it may use.
of_pci() {
  local id name
  nodes /libxl/pci 2> /dev/null
  (cd /sys/bus/pci/drivers/pciback && ls -d 0000:*) 2> /dev/null
  reference dmesg -c > /dev/null
  reference debug-keys Qq
  sleep 0.5
  reference dmesg > /tmp/pci-keys
  sed -n -E 's/^\(XEN\) +(0000:00:0[567]\.[0-9]) - (d[0-9]+|DomIO).*/\1 is of \2/p' /tmp/pci-keys |
    sed 's/ d\([0-9]*\)$/ domain \1/' | sort
  for name; do
    id=$(id_of "$name")
    [ -n "$id" ] || continue
    echo "$name:"
    sed -n "/Rangesets belonging to domain $id:/,/^(XEN) [^ ]/{/^(XEN)     *[IL]/p}" /tmp/pci-keys | sed "s/^(XEN) *//; s/^/may use /"
    nodes "/local/domain/0/backend/pci/$id" 2> /dev/null
    nodes "/local/domain/$id/device/pci" 2> /dev/null
    grep -o '"pcidevs": \[[^]]*\]' <(tr -d '\0\n' < "$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)")
  done
}

# Other suites have this file without it.
[ ! -e /share/libvirt.sh ] || . /share/libvirt.sh
