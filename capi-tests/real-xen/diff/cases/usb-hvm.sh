# Devices of the host behind emulated controllers, while the guest runs: to a port, to a free one, twice, and back.
#: usb
usb_host
guest usbh hvm -p
try xl usbctrl-attach usbh version=3 ports=2
try xl usbctrl-attach usbh version=1
try xl usbdev-attach usbh hostbus=1 hostaddr=2 controller=0 port=2
usb_of usbh
try xl usb-list usbh
devices
try xl usbdev-attach usbh hostbus=1 hostaddr=2
try xl usbdev-attach usbh hostbus=1 hostaddr=3 controller=0 port=2
try xl usbdev-attach usbh hostbus=1 hostaddr=3 controller=7
try xl usbdev-attach usbh hostbus=1 hostaddr=3 port=1
try xl usbdev-attach usbh hostbus=1 hostaddr=3
try xl usb-list usbh
usb_of usbh
try xl usbdev-detach usbh 0 1
usb_of usbh
try xl usbdev-detach usbh 0 1
try xl usbdev-detach usbh 0 9
try xl usbdev-attach usbh hostbus=1 hostaddr=3 controller=1
try xl usb-list usbh
usb_of usbh
devices
# Its device goes with it.
try xl usbctrl-detach usbh 1
try xl usb-list usbh
usb_of usbh
try xl usbdev-detach usbh 0 2
try xl usbctrl-detach usbh 0
devices
usb_host
