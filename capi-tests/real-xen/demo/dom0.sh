# The demonstration, in dom0. LD_LIBRARY_PATH has our library; `debian` drops it.
failures=0
# XEN is the host's release.
real_xl=/usr/lib/xen-$XEN/bin/xl soname=libxenlight.so.$XEN

step() { printf '\n== %s [%s s]\n' "$1" "$(cut -d. -f1 /proc/uptime)"; }
debian() { env -u LD_LIBRARY_PATH "$@"; }
check() { # WHAT CONDITION…
  local what=$1
  shift
  if "$@"; then echo "   ok: $what"; else echo "   FAILED: $what"; failures=$((failures + 1)); fi
}
# ours COMMAND…: shown, run, its output kept in $output and its status in $result.
ours() {
  echo "\$ $*"
  result=0
  output=$("$@" 2>&1) || result=$?
  [ -z "$output" ] || sed 's/^/  /' <<<"$output"
  check "exit status 0" [ "$result" = 0 ]
}
has() { grep -qE -- "$1" <<<"$output"; }
# state NAME: the flags that Debian's library sees.
state() { debian "$real_xl" list "$1" 2>/dev/null | awk 'NR == 2 { print $5 }'; }

step "which library xl runs on"
echo "xl: $real_xl, from $(dpkg-query -W -f '${Package} ${Version}' "xen-utils-$XEN"), $(sha256sum < "$real_xl" | cut -c1-16)…"
loaded=$(LD_DEBUG=files xl list 2>&1 >/dev/null | sed -n 's/.*calling init: \(.*libxenlight\.so.*\)/\1/p')
echo "the dynamic linker initialised: $loaded"
check "that is ours, and the only one" [ "$loaded" = "/run/xenlight/$soname" ]
mapped=$(strace -f -e trace=execve,openat xl list 2>&1 | grep -o '"[^"]*libxenlight[^"]*", [^=]*= [0-9]*' | tail -1)
echo "strace sees it opened: $mapped"

step "the host"
ours xl info
check "it is Xen $XEN" has "^xen_version +: ${XEN/./\\.}"
check "it has two processors" has '^nr_cpus +: 2'

# make_guest KIND: demo-KIND, a Linux guest, made with our library.
make_guest() {
  printf 'name="demo-%s"\ntype="%s"\nkernel="/guest/vmlinuz"\nramdisk="/guest/initrd.gz"\nmemory=192\nvcpus=1\nextra="console=hvc0 quiet"\n' \
    "$1" "$1" > "/tmp/demo-$1.cfg"
  ours xl create -q -e "/tmp/demo-$1.cfg"
  check "demo-$1 is there, says Debian's library" [ -n "$(state "demo-$1")" ]
}

# is_up KIND: waits until Linux in the guest says so. Under QEMU's emulation a PVH guest breaks
# at times, with Debian's library too (box/run): then what is left of it is shown, and it is made once more, three times at most.
is_up() {
  local log=/var/log/xen/guest-demo-$1.log broken=0
  for _ in $(seq 240); do
    ! grep -q 'GUEST UP' "$log" || return 0
    case $(state "demo-$1") in
      ???s*)
        broken=$((broken + 1))
        echo "  demo-$1 has ended in its start ($(state "demo-$1")), time $broken; its console and Xen's ended with:"
        { tail -n 12 "$log"; xl dmesg | tail -n 4; } | tr -d '\r' | sed 's/^/  | /'
        [ $broken -le 3 ] || return 1
        ours xl destroy "demo-$1"
        rm -f "$log"
        make_guest "$1"
        ;;
    esac
    sleep 1
  done
  return 1
}

step "two guests, made with our library"
for kind in pv pvh; do make_guest $kind; done

step "list"
ours xl list
check "dom0 is in the list" has '^Domain-0 +0 '
check "the PV guest is" has '^demo-pv +[0-9]+ +192 '
check "the PVH guest is" has '^demo-pvh +[0-9]+ +192 '
ours xl list -v
ours xl vcpu-list
check "each guest has a processor" has '^demo-pvh +[0-9]+ +0 '

step "by name, by id"
ours xl domid demo-pv
pv=$output
check "the id is Debian's answer too" [ "$pv" = "$(debian "$real_xl" domid demo-pv)" ]
ours xl domname "$pv"
check "and leads back to the name" [ "$output" = demo-pv ]
ours xl list demo-pvh
check "the list of one shows that one" has '^demo-pvh '
echo "\$ xl list no-such-domain"
output=$(xl list no-such-domain 2>&1) && result=0 || result=$?
sed 's/^/  /' <<<"$output"
check "an unknown name is an error" [ "$result" != 0 ]

step "the guests' consoles (what Linux in them said, from xenconsoled's log)"
for kind in pv pvh; do
  check "Linux is up in demo-$kind" is_up $kind
  echo "  demo-$kind: $(tr -d '\r' < /var/log/xen/guest-demo-$kind.log | grep 'GUEST UP' | tail -1)"
done

step "pause and unpause"
for kind in pv pvh; do
  ours xl pause demo-$kind
  check "it is held, says Debian's library ($(state demo-$kind))" [ "$(state demo-$kind | cut -c3)" = p ]
  ours xl unpause demo-$kind
  check "it goes on ($(state demo-$kind))" [ "$(state demo-$kind | cut -c3)" = - ]
done

step "rename"
ours xl rename demo-pv demo-renamed
check "it has the new name" [ "$(debian "$real_xl" domname "$pv")" = demo-renamed ]

step "destroy"
ours xl destroy demo-renamed
check "the PV guest is gone, says Debian's library" [ -z "$(state demo-renamed)" ]
ours xl destroy demo-pvh
check "the PVH guest is gone" [ -z "$(state demo-pvh)" ]
check "nothing is left of it in xenstore" [ -z "$(xenstore-ls /local/domain/"$pv" 2>/dev/null)" ]
check "nor in /var/lib/xen" [ -z "$(find /var/lib/xen -name "userdata-?.$pv.*")" ]
ours xl list

step "an HVM guest with Debian's QEMU; its CD is changed while it runs"
head -c 65536 /dev/zero | tee /tmp/first.iso > /tmp/second.iso
cat > /tmp/demo-hvm.cfg <<'CONFIG'
name="demo-hvm"
type="hvm"
firmware_override="/guest/tiny"
vcpus=1
memory=16
vnc=0
nographic=1
disk=["/tmp/first.iso,raw,hdc,ro,cdrom"]
CONFIG
ours xl create -q -e /tmp/demo-hvm.cfg
runs() { for _ in $(seq 60); do [ "$(state demo-hvm)" != -b---- ] || return 0; sleep 0.5; done; return 1; }
check "it runs, says Debian's library" runs
hvm=$(debian "$real_xl" domid demo-hvm)
qemu=$(xenstore-read "/local/domain/$hvm/image/device-model-pid")
echo "QEMU: $(tr '\0' ' ' < "/proc/$qemu/cmdline" | cut -c1-160)…"
ours xl cd-insert demo-hvm hdc /tmp/second.iso
ours xl qemu-monitor-command demo-hvm 'info block'
check "QEMU has the medium that it was given, as a descriptor" has '^ide-5632 .*/dev/fdset/'
ours xl cd-eject demo-hvm hdc
ours xl qemu-monitor-command demo-hvm 'info block'
check "and now none" has 'not inserted'
ours xl destroy demo-hvm
check "the guest is gone, says Debian's library" [ -z "$(state demo-hvm)" ]
ended() { for _ in $(seq 60); do [ -e "/proc/$qemu" ] || return 0; sleep 0.5; done; return 1; }
check "and so is its QEMU" ended
check "nothing is left of it in xenstore" [ -z "$(xenstore-ls "/local/domain/$hvm" 2>/dev/null)" ]

step "libvirt: Debian's libvirtd with our library, and virsh"
libvirtd --timeout 0 > /tmp/libvirtd.log 2>&1 &
libvirtd=$!
for _ in $(seq 150); do [ ! -S /run/libvirt/libvirt-sock ] || break; sleep 0.2; done
check "libvirtd has our library mapped" grep -q "/run/xenlight/$soname" /proc/$libvirtd/maps
virsh() { command virsh -q -c xen:///system "$@"; }
ours virsh version
check "it speaks to Xen $XEN" has "Running hypervisor: Xen ${XEN/./\\.}"
cat > /tmp/demo-virt.xml <<'XML'
<domain type='xen'>
  <name>demo-virt</name>
  <memory unit='MiB'>192</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='xenpv'>linux</type>
    <kernel>/guest/vmlinuz</kernel>
    <initrd>/guest/initrd.gz</initrd>
    <cmdline>console=hvc0 quiet</cmdline>
  </os>
  <devices><console type='pty'/></devices>
</domain>
XML
ours virsh define /tmp/demo-virt.xml
ours virsh start demo-virt
check "Linux is up in it" is_up virt
ours virsh list --all
check "virsh lists it" has 'demo-virt +running'
check "it is there, says Debian's library" [ -n "$(state demo-virt)" ]
ours virsh suspend demo-virt
check "it is held ($(state demo-virt))" [ "$(state demo-virt | cut -c3)" = p ]
ours virsh resume demo-virt
ours virsh setmem demo-virt 180M
ours virsh dominfo demo-virt
ours virsh save demo-virt /tmp/demo-virt.image
check "it is gone while it is saved ($(du -h /tmp/demo-virt.image | cut -f1))" [ -z "$(state demo-virt)" ]
ours virsh restore /tmp/demo-virt.image
check "it is back, says Debian's library" [ -n "$(state demo-virt)" ]
ours virsh domstate --reason demo-virt
check "it runs, says virsh" has '^running'
ours virsh destroy demo-virt
check "it is gone" [ -z "$(state demo-virt)" ]
ours virsh undefine demo-virt
kill $libvirtd
ended() { for _ in $(seq 60); do [ -e "/proc/$libvirtd" ] || return 0; sleep 0.5; done; return 1; }
check "libvirtd ends when it is told to" ended

echo
if [ $failures = 0 ]; then echo "every step did what it should"; else echo "$failures checks FAILED"; fi
[ $failures = 0 ]
