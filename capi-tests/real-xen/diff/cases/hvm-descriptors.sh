# What QEMU has open after changes of media and after saves of which the guest runs on: since QEMU 9.1 a descriptor that was
# passed to it stays open until it is told to close it.
with_drives h-fds "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
open_files() {
  local pid
  pid=$(xenstore-read "/local/domain/$id/image/device-model-pid")
  find "/proc/$pid/fd" -lname "$1" | wc -l
}
for medium in two one two one; do try xl cd-insert h-fds hdc "/tmp/cd-$medium"; done
echo "media: $(open_files '/tmp/cd-*')"
try xl cd-eject h-fds hdc
echo "media: $(open_files '/tmp/cd-*')"
xl unpause h-fds
for _ in 1 2; do try xl save -c h-fds /tmp/h-fds.img; done
echo "saved states: $(open_files '*qemu-save*')"
rm -f /tmp/h-fds.img
