# The device model in a stub domain: what is made of both domains, and that nothing of them stays. The stub domain's kernel does
# nothing; the case says in its place that the device model runs.
#: sed stdout s,/dev/loop[0-9]+,/dev/loopN,; s,"7:[0-9]+","7:N", -- the loop device of a disk depends on which hotplug script runs first
stubdom_host
truncate -s 1M /root/stub-a.img /root/stub-b.img
bridge xenbr0

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
create stub hvm "${in_stubdom[@]}" 'stubdomain_cmdline="a b"' 'vnc=1' 'serial=["pty", "null"]' \
  'disk=["/root/stub-a.img,raw,hda,rw", "/root/stub-b.img,raw,xvdb,rw"]' 'vif=["mac=00:16:3e:00:00:01,bridge=xenbr0"]'
was_in_place stub
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
