# USB of guests that do not run: paused, shut down and kept, destroyed.
#: usb
usb_host
guest usbz hvm -p 'on_poweroff="preserve"'
try xl usbctrl-attach usbz version=2 ports=2
ends "$id" 0
try xl usbctrl-attach usbz version=1
try xl usbdev-attach usbz hostbus=1 hostaddr=2 controller=0 port=1
try xl usb-list usbz
usb_of usbz
try xl usbdev-detach usbz 0 1
try xl usbctrl-detach usbz 0
devices
reference destroy usbz
try xl usbctrl-attach "$id"
try xl usbdev-attach "$id" hostbus=1 hostaddr=2
try xl usb-list "$id"
try xl usbdev-detach "$id" 0 1
try xl usbctrl-detach "$id" 0
