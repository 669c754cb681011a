# The device model in a stub domain: what is made of both domains, and that nothing of them stays. The stub domain's kernel does
# nothing; the case says in its place that the device model runs.
ln -sf "$xen/bin/vchan-socket-proxy" /usr/bin/
truncate -s 1M /root/stub-a.img /root/stub-b.img
bridge xenbr0
head -c 4096 /dev/zero > /tmp/stub-ramdisk

# in_place_of NAME: tells that NAME's device model runs, when its stub domain is there.
in_place_of() {
  (
    until_true eval '[ -n "$(id_of "$1-dm")" ]'
    directory=/local/domain/$(id_of "$1-dm")/device-model/$(id_of "$1")
    until_true xenstore-exists "$directory"
    until_true eval "domains | grep '^$1-dm ' | grep -v -e '--p---'"
    xenstore-write "$directory/state" running
  ) > "/tmp/in-place-$1" 2>&1 &
}

# both NAME: what xenstore has of the guest and of its stub domain.
both() {
  local id stub
  id=$(id_of "$1") stub=$(id_of "$1-dm")
  {
    nodes "/local/domain/$id"
    nodes "$(xenstore-read "/local/domain/$id/vm")"
    nodes "/libxl/$id"
    nodes "/local/domain/$stub"
    nodes "$(xenstore-read "/local/domain/$stub/vm")" | sed -E 's,/vm/[0-9a-f-]+,/vm/STUBS,'
    nodes "/libxl/$stub"
    nodes /local/domain/0/device-model
    for kind in $(xenstore-list /local/domain/0/backend); do
      nodes "/local/domain/0/backend/$kind/$id"
      nodes "/local/domain/0/backend/$kind/$stub"
    done
  } 2>&1 | sed -E "s,(/domain/|/libxl/|/backend/[a-z0-9_]+/|/device-model/|with |[(,][bnrw]|vif|= \")$id\b,\1GUEST,g
      s,(/domain/|/libxl/|/backend/[a-z0-9_]+/|/device-model/|with |[(,][bnrw]|vif|= \")$stub\b,\1STUB,g
      s,(/vm|uuid) = \"(/vm/)?[0-9a-f-]{36}\",\1 = \"UUID\",; s,(-pid|start_time|tty|port|ring-ref) = \"[^\"]+\",\1 = \"N\"," | sort
}

in_place_of stub
create stub hvm 'device_model_stubdomain_override=1' 'device_model_version="qemu-xen"' 'stubdomain_kernel="/guest/tiny"' \
  'stubdomain_ramdisk="/tmp/stub-ramdisk"' 'stubdomain_cmdline="a b"' 'stubdomain_memory=8' 'vnc=1' 'serial=["pty", "null"]' \
  'disk=["/root/stub-a.img,raw,hda,rw", "/root/stub-b.img,raw,xvdb,rw"]' 'vif=["mac=00:16:3e:00:00:01,bridge=xenbr0"]'
cat /tmp/in-place-stub
made stub-dm
domains
both stub
qemu stub-dm
ps -o args= -C vchan-socket-proxy | sed -E "s/\b$(id_of stub-dm)\b/STUB/g; s/\b$(id_of stub)\b/GUEST/g"
/tmp/machine stub-dm | grep -v -e '^cpuid' -e '^msr'
cat "/var/lib/xen/userdata-d.$(id_of stub)".*.libxl-json | tr -d '\0'
try xl list stub
try xl vm-list
try xl rename stub other
domains
try xl cd-insert other hdc /dev/null
try xl destroy other
domains
pgrep -a 'vchan|qemu' | grep -v -e -xen-attach
ls /run/xen
nodes /local/domain/0/device-model
[ -z "$(id_of stub-dm)" ] || reference destroy stub-dm
