# Channels, TPMs, USB, PCI, keyboards, displays and sound cards that only xenstore knows.
guest others pv -p
id=$(id_of others)
show() {
  local command
  for command in channel-list vtpm-list usb-list pci-list vkb-list vdispl-list vsnd-list; do try xl $command others; done
}
show
device console 1 console name org.example.one connection pty
xenstore-write "$front/tty" /dev/pts/3 "$front/state" 4 "$front/ring-ref" 5 "$front/port" 6
device console 2 console name org.example.two connection socket path /run/two
device console 3 console
device vtpm 0 vtpm uuid 01234567-89ab-cdef-0123-456789abcdef
xenstore-write "$back/uuid" 01234567-89ab-cdef-0123-456789abcdef
xenstore-write "$front/state" 4 "$front/event-channel" 5 "$front/ring-ref" 6
device vusb 0 vusb type pv
xenstore-write "$back/usb-ver" 2 "$back/num-ports" 4 "$back/port/1" '' "$back/port/2" 9-9
xenstore-write "$front/state" 4 "$front/event-channel" 5 "$front/urb-ring-ref" 6
xenstore-write "/libxl/$id/device/vusb/1/type" devicemodel "/libxl/$id/device/vusb/1/usb-ver" 3 \
  "/libxl/$id/device/vusb/1/num-ports" 2
device vkbd 0 vkbd
xenstore-write "$front/state" 4 "$front/event-channel" 3 "$front/page-gref" 9
device vkbd 1 vinput
xenstore-write "$back/unique-id" kbd-1 "$back/feature-multi-touch" 1 "$back/multi-touch-width" 1920
device vdispl 0 vdispl
xenstore-write "$front/state" 4 "$front/be-alloc" 1 "$front/0/unique-id" HDMI-0 "$front/0/resolution" 1280x720 \
  "$front/0/req-ring-ref" 1 "$front/0/req-event-channel" 2 "$front/1/unique-id" HDMI-1 "$front/1/resolution" 640x480
device vsnd 0 vsnd
xenstore-write "$front/state" 4 "$front/short-name" card "$front/sample-rates" 48000,44100 \
  "$front/sample-formats" s16_le,s8 "$front/0/name" General "$front/0/0/type" p "$front/0/0/unique-id" one \
  "$front/0/0/ring-ref" 5 "$front/0/1/type" c "$front/1/name" Other
pci=/local/domain/0/backend/pci/$id/0
xenstore-write "$pci/num_devs" 2 "$pci/dev-0" 0000:03:1f.7 "$pci/vdevfn-0" 68 "$pci/dev-1" 00ff:0a:00.0 \
  "$pci/opts-1" msitranslate=1,power_mgmt=0,permissive=1
show
no_devices
show
#: long
