# Guests whose USB controllers or devices cannot be: they are not made.
#: usb
usb_host
create usbx pv 'usbctrl=["type=qusb,version=3"]'
create usbx pv 'usbctrl=["type=qusb,ports=99"]'
create usbx pv 'usbctrl=["type=qusb"]' 'usbdev=["hostbus=1,hostaddr=4"]'
create usbx pv 'usbctrl=["type=qusb"]' 'usbdev=["hostbus=1,hostaddr=77"]'
create usbx pv 'usbctrl=["type=qusb"]' 'usbdev=["hostbus=1,hostaddr=2,controller=8"]'
create usbx pv 'usbctrl=["type=qusb"]' 'usbdev=["hostbus=1,hostaddr=2","hostbus=1,hostaddr=2"]'
create usbx hvm 'usbctrl=["version=9"]'
