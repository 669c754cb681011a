# An HVM guest whose QEMU has died: what can be listed, attached and detached.
#: usb
usb_host
guest usbk hvm -p
reference usbctrl-attach usbk version=2 ports=4
reference usbdev-attach usbk hostbus=1 hostaddr=2 controller=0 port=1
kill -KILL "$(xenstore-read "/local/domain/$id/image/device-model-pid")"
try xl usb-list usbk
try xl usbdev-attach usbk hostbus=1 hostaddr=3 controller=0 port=2
try xl usbctrl-attach usbk version=1
try xl usbdev-detach usbk 0 1
try xl usbctrl-detach usbk 0
try xl usb-list usbk
devices
try xl destroy usbk
# Another guest can have the device.
guest usbl hvm -p
reference usbctrl-attach usbl version=2 ports=4
try xl usbdev-attach usbl hostbus=1 hostaddr=2 controller=0 port=1
try xl usb-list usbl
