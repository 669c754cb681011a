# What cases of libvirt may call: its daemon with the library of the case's side, and its client.

# start_libvirtd: the daemon, anew, with what earlier ones have left of domains that run. It ends with the case at the latest.
start_libvirtd() {
  rm -f /run/libvirt/libvirt-sock
  # shellcheck disable=SC2086 # options
  LD_LIBRARY_PATH=/tmp/lib/$side libvirtd --timeout 0 ${libvirtd_options-} > "/tmp/libvirtd.$side.log" 2>&1 &
  libvirtd=$!
  until_true test -S /run/libvirt/libvirt-sock
}

# stop_libvirtd [SIGNAL]: ends it, and waits for its end.
stop_libvirtd() {
  kill "-${1:-TERM}" "$libvirtd"
  wait "$libvirtd" 2> /dev/null
}

# libvirt: begins a case: a daemon that knows no domain but domain 0.
libvirt() {
  rm -rf /etc/libvirt/libxl /var/lib/libvirt/libxl /run/libvirt/libxl /var/log/libvirt/libxl
  start_libvirtd
}

# virsh ARG…: the client; a command that takes longer than a minute is ended.
virsh() { timeout 60 /usr/bin/virsh -q -c xen:///system "$@"; }

# xml NAME KIND [DEVICE…]: /tmp/NAME.xml, a domain's description. KIND: pv, pvh (both do nothing), hvm (its firmware finds nothing to
# start); a DEVICE is an element. With $own_features the case adds the element <features> itself; else an HVM guest has ACPI, without
# which QEMU 10 does not start with C (hvm-no-acpi.sh).
xml() {
  local name=$1 kind=$2 os memory=8192 features=
  shift 2
  case $kind in
    pv) os="<type arch='x86_64' machine='xenpv'>linux</type><kernel>/guest/tiny</kernel>" ;;
    pvh) os="<type arch='x86_64' machine='xenpvh'>xenpvh</type><kernel>/guest/tiny</kernel>" ;;
    hvm)
      os="<type arch='x86_64' machine='xenfv'>hvm</type>" memory=32768
      [ -n "${own_features:-}" ] || features='<features><acpi/></features>'
      ;;
  esac
  {
    echo "<domain type='xen'><name>$name</name>"
    echo "<uuid>$(echo "$name" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')</uuid>"
    echo "<memory unit='KiB'>$memory</memory><vcpu>${vcpus:-1}</vcpu><os>$os</os>$features"
    echo "<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>"
    echo "<devices>"
    printf '%s\n' "$@"
    echo "<console type='pty'/></devices></domain>"
  } > "/tmp/$name.xml"
}

# started NAME KIND [DEVICE…]: such a domain, made and started by libvirt.
started() {
  xml "$@"
  try virsh create "/tmp/$1.xml"
  made "$1"
  # shellcheck disable=SC2034 # for devices
  id=$(id_of "$1")
}

# two_libvirtds: begins a case with another daemon in this host, with folders of its own and the same library, to which guests may be
# migrated. It ends with the case at the latest. Both listen, since they refuse to migrate a guest to a URI without a host.
# second ARG…: the client of the other.
second_folder=/tmp/second
first_uri=xen+tcp://127.0.0.1:16509/system
second_uri=xen+tcp://127.0.0.1:16510/system
two_libvirtds() {
  local name
  # They listen on 127.0.0.1, which a Debian 13 without ifupdown has not.
  ip link set lo up
  rm -rf $second_folder
  for name in first:16509 second:16510; do
    printf 'listen_tls = 0\nlisten_tcp = 1\nlisten_addr = "127.0.0.1"\nauth_tcp = "none"\ntcp_port = "%s"\n' "${name#*:}" > "/tmp/libvirtd-${name%:*}.conf"
  done
  libvirtd_options="--listen --config /tmp/libvirtd-first.conf" libvirt
  mkdir -p $second_folder/{run,lib,etc,log} /etc/libvirt/libxl /var/lib/libvirt /var/log/libvirt
  LD_LIBRARY_PATH=/tmp/lib/$side unshare --mount sh -c "
    mount --bind $second_folder/run /run/libvirt && mount --bind $second_folder/lib /var/lib/libvirt &&
      mount --bind $second_folder/etc /etc/libvirt/libxl && mount --bind $second_folder/log /var/log/libvirt &&
      exec libvirtd --timeout 0 --listen --config /tmp/libvirtd-second.conf --pid-file $second_folder/pid" \
    > "/tmp/second-libvirtd.$side.log" 2>&1 &
  until_true test -S $second_folder/run/libvirt-sock
  # Without them the sides would be equal, and nothing seen.
  second uri && timeout 60 /usr/bin/virsh -q -c "$first_uri" uri || echo "no two daemons with $side"
}
second() { timeout 60 /usr/bin/virsh -q -c "$second_uri" "$@"; }
