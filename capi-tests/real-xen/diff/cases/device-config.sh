# The configuration of a domain with ten devices, all of them known to xenstore, then all but some.
guest ten pv -p
id=$(id_of ten)
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
stored=$(tr -d '\0' < "$file")
{
  printf '%s' "${stored%\}}"
  printf '%s' ', "disks": [{"pdev_path": "/a", "vdev": "xvda", "backend": "phy", "format": "raw", "readwrite": 1},'
  printf '%s' ' {"pdev_path": "/b", "vdev": "xvdb", "backend": "phy", "format": "raw"},'
  printf '%s' ' {"pdev_path": "/c.iso", "vdev": "hdc", "backend": "qdisk", "format": "raw", "removable": 1, "is_cdrom": 1}],'
  printf '%s' ' "nics": [{"devid": 0, "mac": "00:16:3e:00:00:01"}, {"devid": 1, "mac": "00:16:3e:00:00:02"}],'
  printf '%s' ' "vtpms": [{"devid": 0}], "usbctrls": [{"devid": 0, "type": "pv"}], "vdispls": [{"devid": 0}],'
  printf '%s' ' "vsnds": [{"devid": 0}], "vkbs": [{"devid": 0}], "vfbs": [{"devid": 0}],'
  printf '%s' ' "pcidevs": [{"func": 1, "dev": 31, "bus": 2}], "colour": "blue"}'
  printf '\0'
} > "$file"
for n in 0 1; do
  device vbd $((51712 + 16 * n)) vbd dev "xvd$(echo $n | tr 01 ab)" params /x type phy removable 0 mode w device-type disk
  device vif $n vif handle $n mac 00:16:3e:00:00:0$((n + 1))
done
device vbd 5632 qdisk dev hdc params aio:/c.iso type qdisk removable 1 mode r device-type cdrom
device vtpm 0 vtpm
device vusb 0 vusb type pv
device vdispl 0 vdispl
device vsnd 0 vsnd
device vkbd 0 vkbd
pci=/local/domain/0/backend/pci/$id/0
xenstore-write "$pci/num_devs" 1 "$pci/dev-0" 0000:02:1f.1
try xl list -l ten
xenstore-write "/libxl/$id/device/vbd/5632/params" ''
xenstore-rm "/libxl/$id/device/vif/1"
xenstore-rm "/libxl/$id/device/vtpm"
try xl list -l ten
no_devices
try xl list -l ten
