# An HVM guest whose QEMU does not answer for a while, and then does.
#: usb
#: long
usb_host
guest usbs hvm -p
reference usbctrl-attach usbs version=2 ports=4
reference usbdev-attach usbs hostbus=1 hostaddr=2 controller=0 port=1
qemu=$(xenstore-read "/local/domain/$id/image/device-model-pid")
kill -STOP "$qemu"
try xl usbdev-attach usbs hostbus=1 hostaddr=3 controller=0 port=2
try xl usbdev-detach usbs 0 1
try xl usb-list usbs
kill -CONT "$qemu"
try xl usb-list usbs
devices
try xl usbdev-detach usbs 0 1
try xl usbdev-attach usbs hostbus=1 hostaddr=3 controller=0 port=3
try xl usb-list usbs
devices
