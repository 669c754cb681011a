# The host's bus vanishes while guests have its devices, and comes back.
#: usb
usb_host
guest usbg hvm -p
try xl usbctrl-attach usbg version=3 ports=4
try xl usbdev-attach usbg hostbus=1 hostaddr=2 controller=0 port=1
try xl usbdev-attach usbg hostbus=1 hostaddr=3 controller=0 port=2
bus=$(readlink -f /sys/bus/usb/devices/usb1/..)
echo "${bus##*/}" > /sys/bus/pci/drivers/xhci_hcd/unbind
until_true eval '! test -e /sys/bus/usb/devices/1-1'
try xl usb-list usbg
try xl usbdev-attach usbg hostbus=1 hostaddr=2
try xl usbdev-detach usbg 0 1
try xl usb-list usbg
devices
echo "${bus##*/}" > /sys/bus/pci/drivers/xhci_hcd/bind
usb_host
address=$(cat /sys/bus/usb/devices/1-2/devnum)
try xl usbdev-attach usbg hostbus=1 hostaddr="$address" controller=0 port=1
try xl usb-list usbg
try xl usbctrl-detach usbg 0
try xl usb-list usbg
reference destroy usbg
usb_host
