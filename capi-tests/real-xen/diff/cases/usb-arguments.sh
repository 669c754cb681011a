# Arguments that say no device, controller or port.
#: usb
usb_host
guest usbb hvm -p
reference usbctrl-attach usbb version=2 ports=2
try_each xl usbdev-attach usbb -- '' hostaddr=2 hostbus=x type=odd type=hostdev hostbus=1,hostaddr=2
for more in hostaddr=256 hostaddr=-2 'hostaddr=2 controller=0 port=9' 'hostaddr=2 controller=0 port=-1' 'hostaddr=2 controller=-2' \
  'hostaddr=2 port=1' 'hostaddr=2 controller=x'; do
  # shellcheck disable=SC2086 # several arguments
  try xl usbdev-attach usbb hostbus=1 $more
done
try xl usb-list usbb
try xl usbdev-detach usbb 0 0
try xl usbdev-detach usbb 0 -1
try xl usbdev-detach usbb 0 1
try xl usbdev-detach usbb x y
try_each xl usbctrl-detach usbb -- x 9
try_each xl usbctrl-attach usbb -- version=-1 ports=0 ports=-1 type= backend=nobody backend=0
try xl usb-list usbb
devices
