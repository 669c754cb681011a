# Many at once, with either library: one after the other has its turn, and QEMU, xenstore and the stored configuration
# agree in the end.
with_drives c-many "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
pids=()
for n in one two one two; do
  { xl cd-insert c-many hdc "/tmp/cd-$n" || echo "failed: $n"; } & pids+=($!)
  { reference cd-eject c-many hdc || echo "failed: eject"; } & pids+=($!)
  { xl list -l c-many > /dev/null || echo "failed: list"; } & pids+=($!)
done
wait "${pids[@]}"
try xl cd-insert c-many hdc /tmp/cd-two
drives c-many
#: long
