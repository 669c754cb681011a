#: long
# Screens: what QEMU is told, and what clients are told of them.
libvirt
for screen in "<graphics type='vnc' autoport='yes' listen='127.0.0.1' keymap='de'/>" "<graphics type='vnc' port='5990' listen='0.0.0.0' passwd='p'/>" \
  "<graphics type='sdl' display=':1'/>" "<graphics type='spice' port='5991' listen='127.0.0.1'/>" "<video><model type='cirrus' vram='8192'/></video>" \
  "<video><model type='none'/></video>" "<video><model type='qxl' vram='131072'/></video>"; do
  started v-screen hvm "$screen"
  [ -n "$id" ] || continue
  qemu v-screen
  try virsh vncdisplay v-screen
  try virsh domdisplay v-screen
  try virsh destroy v-screen
done
started v-screen pv "<graphics type='vnc' port='5992' listen='127.0.0.1'/>"
qemu v-screen
devices
try virsh vncdisplay v-screen
