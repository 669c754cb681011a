# USB of a PV guest that its QEMU serves: a controller, a device, and back; and what it does not serve.
#: usb
usb_host
guest usbq pv 'vfb=["vnc=0"]' -p
try xl usbctrl-attach usbq type=qusb ports=3
try xl usbctrl-attach usbq version=3
try xl usbctrl-attach usbq ports=32
try xl usbdev-attach usbq hostbus=1 hostaddr=3 controller=0 port=3
try xl usbdev-attach usbq hostbus=1 hostaddr=2
try xl usb-list usbq
devices
try xl usbdev-detach usbq 0 3
devices
try xl usbctrl-detach usbq 0
try xl usb-list usbq
devices
