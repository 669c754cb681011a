# Devices that a guest cannot have: hubs, none, one that another guest has; bad arguments.
#: usb
usb_host
guest usbr hvm -p
guest other hvm -p
try xl usbctrl-attach usbr version=2
try xl usbctrl-attach other version=2
try xl usbdev-attach usbr hostbus=1 hostaddr=1
try xl usbdev-attach usbr hostbus=1 hostaddr=4
try xl usbdev-attach usbr hostbus=1 hostaddr=99
try xl usbdev-attach usbr hostbus=77 hostaddr=2
try xl usbdev-attach usbr hostbus=0 hostaddr=0
try xl usbdev-attach usbr hostbus=1
try xl usbdev-attach usbr nonsense
try xl usbdev-attach nobody hostbus=1 hostaddr=2
try xl usbdev-attach other hostbus=1 hostaddr=2
try xl usbdev-attach usbr hostbus=1 hostaddr=2
try xl usbdev-attach usbr hostbus=1 hostaddr=2 controller=0
try xl usb-list usbr
try xl usb-list other
try xl usbdev-detach other 0 1
try xl usbdev-attach usbr hostbus=1 hostaddr=2 controller=0
try xl usb-list usbr
# A domain's end gives its devices back.
reference destroy usbr
try xl usbdev-attach other hostbus=1 hostaddr=2
try xl usb-list other
