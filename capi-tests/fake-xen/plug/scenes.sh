# What is done, in order, with either library.
domain() { LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain "$@"; }
# do OPERATION KIND JSON [MS]: for domain $id.
operation() {
  local began=$SECONDS
  echo "\$ $*"
  LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$1" "$2" "$id" "${@:3}"
  # Time limits are part of the behaviour.
  echo "   after $(((SECONDS - began) / 8 * 8)) s"
}
tree() {
  back_ends_caught_up
  {
    "$folder/look" "at=/libxl/$id/device"
    "$folder/look" "at=/local/domain/$id/device"
    "$folder/look" at=/local/domain/0/backend
    "$folder/look" at=/local/domain/1/backend
  } 2> /dev/null | sort
  cat /var/lib/xen/userdata-d."$id".*.libxl-json 2> /dev/null | tr -d '\0' | grep -a ''
  if [ -e "$folder/said" ]; then cat "$folder/said"; rm "$folder/said"; fi
}
cat > "$folder/script" <<SCRIPT
#!/bin/sh
{ echo "script \$*"; env | grep -aE '^(script|XENBUS_|vif|netdev|INTERFACE)' | sort; } >> "$folder/said"
SCRIPT
printf '#!/bin/sh\nxenstore-write $XENBUS_PATH/hotplug-error no-luck\nexit 3\n' > "$folder/fails"
printf '#!/bin/sh\n[ $1 != online ] || exec sleep 100\n' > "$folder/hangs"
chmod +x "$folder/script" "$folder/fails" "$folder/hangs"
image=$folder/image
truncate -s 1M "$image"

id=$(domain driver)
id=$(domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
s="\"script\": \"$folder/script\""
echo "== cards"
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", $s}"
operation add nic "{\"mac\": \"00:16:3e:00:00:02\", $s, \"mtu\": 1400, \"ip\": \"10.0.0.1\", \"bridge\": \"b\", \"ifname\": \"card\",
  \"gatewaydev\": \"eth9\", \"model\": \"e1000\", \"rate_bytes_per_interval\": 1000, \"rate_interval_usecs\": 50000, \"trusted\": \"False\"}"
operation add nic "{\"mac\": \"00:16:3e:00:00:03\", $s, \"devid\": 7, \"coloft_forwarddev\": \"f\", \"colo_compare_in\": \"x\"}"
operation add nic "{\"mac\": \"00:16:3e:00:00:04\", $s, \"devid\": 7}"
operation add nic "{\"mac\": \"00:16:3e:00:00:05\", $s}"
tree
operation add nic '{"mac": "00:16:3e:00:00:06", "nictype": "vif_ioemu"}'
operation add nic '{"mac": "00:16:3e:00:00:06", "backend_domname": "nobody"}'
operation add nic "{\"mac\": \"00:16:3e:00:00:06\", $s, \"devid\": -3}"
operation add nic '{"mac": "00:16:3e:00:00:06", "script": "/no/such/script"}'
operation add nic "{\"mac\": \"00:16:3e:00:00:07\", \"script\": \"$folder/fails\"}"
operation add nic "{\"mac\": \"00:16:3e:00:00:08\", \"script\": \"$folder/hangs\"}" 1000
operation add nic "{\"mac\": \"00:16:3e:00:00:09\", \"devid\": 666, $s}"
operation add nic "{\"mac\": \"00:16:3e:00:00:0a\", \"devid\": 99, \"backend_domid\": 1, $s}" 1000
tree
for devid in 0 1 7 8 9 10 11 12 99 666; do operation destroy nic "{\"devid\": $devid}"; done
operation destroy nic '{"devid": 99, "backend_domid": 1}' 1000
tree

echo "== releasing"
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", \"devid\": 1, $s}"
xenstore-write "/local/domain/$id/device/vif/1/state" 6
operation remove nic '{"devid": 1}'
tree
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", \"devid\": 1, $s}"
operation remove nic '{"devid": 1}'
tree
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", \"devid\": 667, $s}"
operation remove nic '{"devid": 667}'
tree
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", \"devid\": 667, $s}"
operation remove nic '{"devid": 667}' 1000
operation destroy nic '{"devid": 667}' 1000
tree

echo "== disks"
d="\"pdev_path\": \"$image\", \"format\": \"raw\", $s"
operation add disk "{\"vdev\": \"xvda\", \"readwrite\": 1, $d}"
operation add disk "{\"vdev\": \"xvdb1\", \"removable\": 1, \"is_cdrom\": 1, \"direct_io_safe\": true, \"discard_enable\": \"False\", $d}"
operation add disk "{\"vdev\": \"d5p0\", \"backend\": \"phy\", \"trusted\": \"False\", \"pdev_path\": \"anything:else\", \"format\": \"raw\", $s}"
operation add disk "{\"vdev\": \"d5p0\", $d}"
operation add disk "{\"vdev\": \"nonsense\", $d}"
operation add disk "{\"vdev\": \"xvdc\", \"format\": \"raw\", \"pdev_path\": \"/no/such/file\"}"
operation add disk '{"vdev": "xvdc", "format": "raw", "pdev_path": "/tmp"}'
operation add disk '{"vdev": "xvdc", "format": "empty"}'
operation add disk "{\"vdev\": \"xvdc\", \"format\": \"empty\", \"is_cdrom\": 1, \"removable\": 1}"
operation add disk "{\"vdev\": \"xvdd\", \"format\": \"qcow2\", \"pdev_path\": \"$image\"}"
operation add disk "{\"vdev\": \"xvde\", \"format\": \"raw\", \"backend\": \"qdisk\", \"pdev_path\": \"$image\"}"
operation add disk "{\"vdev\": \"xvde\", \"format\": \"raw\", \"backend\": \"tap\", \"pdev_path\": \"$image\"}"
operation add disk "{\"vdev\": \"xvde\", \"format\": \"raw\", \"specification\": \"virtio\", \"pdev_path\": \"$image\"}"
operation add disk "{\"vdev\": \"666\", $d}"
operation add disk "{\"vdev\": \"xvdf\", \"format\": \"raw\", \"pdev_path\": \"$image\", \"script\": \"$folder/fails\"}"
tree
operation safe_remove disk '{"vdev": "xvda", "backend": "phy"}'
tree
xenstore-write "/local/domain/$id/device/vbd/51713/state" 6
operation safe_remove disk '{"vdev": "xvdb1", "backend": "phy"}'
operation destroy disk '{"vdev": "xvda", "backend": "phy"}'
operation destroy disk '{"vdev": "d5p0", "backend": "phy"}'
operation destroy disk '{"vdev": "xvdc", "backend": "qdisk"}'
operation remove disk '{"vdev": "nonsense", "backend": "phy"}'
operation remove disk '{"vdev": "xvdb"}'
operation destroy disk '{"vdev": "xvdd", "backend": "qdisk"}'
operation destroy disk '{"vdev": "xvdf", "backend": "phy"}'
operation destroy disk '{"vdev": "666", "backend": "phy"}'
operation destroy disk '{"vdev": "xvdz", "backend": "phy"}'
tree

echo "== with a model"
xenstore-write "/local/domain/$id/image/device-model-pid" 1234567
operation add disk "{\"vdev\": \"xvde\", \"format\": \"raw\", \"backend\": \"qdisk\", \"pdev_path\": \"$image\", \"readwrite\": 1}"
operation add disk "{\"vdev\": \"xvdf\", \"format\": \"vhd\", \"pdev_path\": \"$image\", \"colo_enable\": \"True\", \"colo_host\": \"h\", \"colo_port\": 7,
  \"colo_export\": \"e\", \"active_disk\": \"a\", \"hidden_disk\": \"b\"}"
tree
operation destroy disk '{"vdev": "xvde", "backend": "qdisk"}'
operation destroy disk '{"vdev": "xvdf", "backend": "qdisk"}'

echo "== the others"
operation add vkb '{"backend_type": "linux", "unique_id": "k", "feature_multi_touch": true, "multi_touch_width": 3,
  "multi_touch_height": 4, "multi_touch_num_contacts": 5, "width": 6, "height": 7, "feature_disable_keyboard": true}'
operation add vkb '{}'
operation add vkb '{"devid": 1, "feature_abs_pointer": true}'
operation add vfb '{"vnc": {"listen": "::1", "passwd": "secret", "display": 3}, "keymap": "de"}'
operation add vfb '{"vnc": {"enable": "False"}, "sdl": {"enable": "True", "display": ":1", "xauthority": "/x"}}'
operation add vtpm '{"uuid": "01234567-89ab-cdef-0123-456789abcdef"}'
operation add vdispl '{"be_alloc": true, "connectors": [{"unique_id": "a", "width": 640, "height": 480}, {"unique_id": "b", "width": 8, "height": 6}]}'
operation add vsnd '{"short_name": "s", "long_name": "l", "params": {"sample_rates": [8000, 48000], "sample_formats": ["u8", "s16_le"],
  "channels_min": 1, "channels_max": 2, "buffer_size": 3}, "pcms": [{"name": "n", "params": {"channels_max": 4}, "streams": [
  {"unique_id": "u", "type": "c", "params": {"sample_rates": [5]}}, {"unique_id": "v"}]}]}'
tree
for kind in vkb vfb vtpm vdispl vsnd p9 pvcallsif; do
  operation destroy $kind '{"devid": 0}'
  operation destroy $kind '{"devid": 1}'
done
operation destroy vkb '{"devid": 0, "backend_type": "linux"}'
tree

# host_usb: a host with two USB devices, of two interfaces and one, and a hub. What is written to a driver's file stays in it.
host_usb() {
  local device name bus address class
  mount -t tmpfs bus /sys/bus || exit 2
  for device in 1-1:1:7:00 1-2.3:1:200:e0 2-0:2:1:09; do
    IFS=: read -r name bus address class <<< "$device"
    mkdir -p "/sys/bus/usb/devices/$name"
    echo "$bus" > "/sys/bus/usb/devices/$name/busnum"
    echo "$address" > "/sys/bus/usb/devices/$name/devnum"
    echo "$class" > "/sys/bus/usb/devices/$name/bDeviceClass"
  done
  mkdir -p /sys/bus/usb/devices/{1-1:1.0,1-1:1.1,1-2.3:1.0} /sys/bus/usb/drivers/{usbhid,usb-storage}
  ln -s ../../drivers/usbhid /sys/bus/usb/devices/1-1:1.0/driver
  ln -s ../../drivers/usb-storage /sys/bus/usb/devices/1-2.3:1.0/driver
  touch /sys/bus/usb/drivers/{usbhid,usb-storage}/{bind,unbind}
}
# written: what the library has written to the drivers' files since the last time.
written() {
  local file
  for file in /sys/bus/usb/drivers/*/{bind,unbind}; do
    [ ! -s "$file" ] || echo "${file#/sys/bus/usb/drivers/}: $(cat "$file")"
    [ ! -e "$file" ] || : > "$file"
  done
  xenstore-ls -f /libxl/usbback 2> /dev/null
}
# bound INTERFACE DRIVER: as the kernel shows it.
bound() {
  rm -f "/sys/bus/usb/devices/$1/driver" /sys/bus/usb/drivers/*/"$1"
  ln -s "../../drivers/$2" "/sys/bus/usb/devices/$1/driver"
  ln -s "../../devices/$1" "/sys/bus/usb/drivers/$2/$1"
}
first='"type.hostdev": {"hostbus": 1, "hostaddr": 7}' second='"type.hostdev": {"hostbus": 1, "hostaddr": 200}'

echo "== USB that a QEMU is to serve"
host_usb
operation add usbctrl '{}'
operation add usbctrl '{"type": "qusb"}'
operation add usbdev "{$first}"
tree
xenstore-write "/local/domain/$id/image/device-model-pid" 1234567 "/local/domain/0/device-model/$id/state" running
operation add usbctrl '{"type": "qusb"}'
xenstore-write "/local/domain/0/device-model/$id/backends/qusb" ''
operation add usbctrl '{}'
operation add usbctrl '{"type": "qusb", "version": 1, "ports": 2, "devid": 5}'
operation add usbctrl '{"type": "qusb", "devid": 5}'
operation add usbctrl '{"type": "qusb", "ports": 32}'
operation add usbctrl '{"type": "qusb", "version": 3}'
operation add usbdev "{$first, \"ctrl\": 5}"
operation add usbdev "{$first, \"ctrl\": 5}"
operation add usbdev "{$second}"
operation add usbdev '{"type.hostdev": {"hostbus": 2, "hostaddr": 1}}'
operation add usbdev '{"type.hostdev": {"hostbus": 9, "hostaddr": 9}}'
tree
written
operation remove usbdev "{$first, \"ctrl\": 5, \"port\": 1}"
operation remove usbdev '{"ctrl": -1, "port": 1}'
operation remove usbdev '{"ctrl": 77, "port": 1}'
operation remove usbdev '{"ctrl": 5, "port": 0}'
operation add usbdev "{$first, \"ctrl\": 5, \"port\": 2}"
tree
operation destroy usbctrl '{"type": "qusb", "devid": 5}'
operation remove usbctrl '{"type": "qusb", "devid": 0}'
operation remove usbctrl '{"type": "qusb", "devid": 0}'
tree
xenstore-rm "/local/domain/$id/image"
xenstore-rm "/local/domain/0/device-model"

echo "== USB that the kernel is to serve"
mkdir /sys/bus/usb/drivers/usbback
touch /sys/bus/usb/drivers/usbback/{bind,unbind}
operation add usbctrl '{}'
operation add usbctrl '{"type": "pv", "version": 1, "ports": 1}'
operation add usbctrl '{"type": "pv", "devid": 666}' 1000
operation add usbctrl '{"type": "pv", "backend_domid": 1, "devid": 9}' 1000
tree
operation add usbdev "{$first, \"ctrl\": 9}"
operation add usbdev "{$first, \"ctrl\": 1}"
written
tree
operation add usbdev "{$second, \"ctrl\": 1}"
operation add usbdev "{$second, \"ctrl\": 1, \"port\": 1}"
operation add usbdev "{$second}"
written
bound 1-1:1.0 usbback
bound 1-1:1.1 usbback
operation remove usbdev '{"ctrl": 1, "port": 1}'
written
tree
bound 1-1:1.0 usbhid
rm /sys/bus/usb/devices/1-1:1.1/driver /sys/bus/usb/drivers/usbback/1-1:1.1
operation add usbdev "{$first}"
written
bound 1-1:1.0 usbback
bound 1-1:1.1 usbback
bound 1-2.3:1.0 usbback
operation destroy usbctrl '{"type": "pv", "devid": 0}'
written
tree
# A driver that is not there any more; a kernel that takes nothing.
bound 1-1:1.0 usbhid
rm /sys/bus/usb/drivers/usbback/{bind,1-1:1.1}
operation add usbdev "{$first, \"ctrl\": 1}"
written
tree
touch /sys/bus/usb/drivers/usbback/bind
operation add usbdev "{$first, \"ctrl\": 1}"
bound 1-1:1.0 usbback
bound 1-1:1.1 usbback
rm /sys/bus/usb/drivers/usbback/unbind
operation remove usbdev '{"ctrl": 1, "port": 1}'
written
tree
touch /sys/bus/usb/drivers/usbback/unbind
rm /sys/bus/usb/drivers/usbhid/bind
operation remove usbdev '{"ctrl": 1, "port": 1}'
written
tree
for devid in 1 9 666; do operation destroy usbctrl "{\"type\": \"pv\", \"devid\": $devid}" 1000; done
tree
umount /sys/bus

echo "== no such domain, no configuration"
id=9999
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", $s}"
operation add disk "{\"vdev\": \"xvda\", $d}"
operation add vtpm '{"uuid": "01234567-89ab-cdef-0123-456789abcdef"}'
operation remove nic '{"devid": 0}'
tree
id=$(domain other)
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", $s}"
operation add disk "{\"vdev\": \"xvda\", $d}"
operation add vkb '{}'
tree
id=$(domain broken '{"c_info": {"name": "bro')
operation add nic "{\"mac\": \"00:16:3e:00:00:01\", $s}"
tree

echo "== texts that are not UTF-8"
id=$(domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
odd=$folder/$'scr\xffipt \xc3'
cp "$folder/script" "$odd"
operation raw nic "$odd"
tree
operation destroy nic '{"devid": 0}'
tree

echo "== keys that xenstore does not take"
cat > "$folder/bootloader" <<SCRIPT
#!/bin/sh
for argument; do case \$argument in --output-directory=*) id=\${argument#*bootloader.} ;; esac; done
{
  for node in first third; do xenstore-read "/local/domain/\${id%.d}/\$node"; done
  xenstore-ls "/local/domain/\${id%.d}/platform"
} > "$folder/seen" 2> /dev/null
exit 1
SCRIPT
chmod +x "$folder/bootloader"
for key in second sec.two '' 'sec two' /second second/ $'sec\u00f6two'; do
  create="{\"c_info\": {\"type\": \"pv\", \"name\": \"made\", \"xsdata\": {\"first\": \"1\", \"$key\": \"2\", \"third\": \"3\"},
    \"platformdata\": {\"first\": \"1\", \"$key\": \"2\", \"third\": \"3\"}}, \"b_info\": {\"max_memkb\": 65536, \"target_memkb\": 65536,
    \"bootloader\": \"$folder/bootloader\", \"type.pv\": {}}, \"disks\": [{\"vdev\": \"xvda\", \"pdev_path\": \"$image\", \"format\": \"raw\"}]}"
  rm -f "$folder/seen"
  operation create domain "$create" | grep -e '->'
  cat "$folder/seen"
done
