# A PV guest destroyed while its controller is being attached; then an HVM guest whose QEMU does not answer, while a device is.
#: usb
#: long
usb_host
guest usbd pv -p
later one xl usbctrl-attach usbd type=pv
until_true xenstore-exists "/libxl/$id/device/vusb/0/type"
sleep 1
try xl destroy usbd
finished one
guest usbe hvm -p
reference usbctrl-attach usbe version=2 ports=2
qemu=$(xenstore-read "/local/domain/$id/image/device-model-pid")
kill -STOP "$qemu"
later two xl usbdev-attach usbe hostbus=1 hostaddr=2 controller=0 port=1
sleep 2
try xl destroy usbe
finished two
# A stopped process takes no other signal.
kill -KILL "$qemu" 2> /dev/null
usb_host
