#: long
# A PV guest that crashes, and whose memory is to be kept, of which Xen does not know where it is. (Of a PVH guest the dump
# tries a million frames, for minutes under emulation.)
libvirt
for action in coredump-destroy coredump-restart; do
  xml v-core pv
  sed -i -E "s,<on_crash>[a-z]+<,<on_crash>$action<," /tmp/v-core.xml
  try virsh create /tmp/v-core.xml
  made v-core
  before=$(id_of v-core)
  ends "$before" 3
  until_true eval '[ "$(id_of v-core)" != "$before" ]'
  [ $action = coredump-destroy ] || until_true eval 'domains | grep "^v-core .*-b----"'
  made v-core
  try virsh domstate --reason v-core
  find /var/lib/libvirt/libxl/dump -type f | sed -E 's/[0-9-]{10}-[0-9:]{8}/TIME/; s/v-core-[0-9]+/v-core-ID/' | sort
  rm -rf /var/lib/libvirt/libxl/dump/*
  virsh destroy v-core > /dev/null 2>&1
done
