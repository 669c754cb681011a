# Stored devices held against xenstore: written by hand, since a paused guest of this box has none.
guest devices pv -p
id=$(id_of devices)
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
stored=$(tr -d '\0' < "$file")
{
  printf '%s' "${stored%\}}"
  printf '%s' ', "disks": [{"pdev_path": "/a", "vdev": "xvda", "backend": "phy", "format": "raw", "readwrite": 1},'
  printf '%s' ' {"pdev_path": "/b", "vdev": "xvdb", "backend": "phy", "format": "raw"},'
  printf '%s' ' {"pdev_path": "/c.iso", "vdev": "hdc", "backend": "phy", "format": "raw", "removable": 1, "is_cdrom": 1}],'
  printf '%s' ' "nics": [{"devid": 0, "mac": "00:16:3e:00:00:01", "bridge": "b0"}, {"devid": 3, "mac": "00:16:3e:00:00:03"}],'
  printf '%s' ' "vfbs": [{"devid": 0}], "usbdevs": [{"ctrl": 0, "port": 1}],'
  printf '%s' ' "pcidevs": [{"func": 1, "dev": 31, "bus": 2}, {"dev": 4, "bus": 2}]}'
  printf '\0'
} > "$file"
record_of() { # KIND DEVID [NODE VALUE]…: the toolstack's record of a device
  local dir=/libxl/$id/device/$1/$2
  xenstore-write "$dir/backend" "/local/domain/0/backend/$1/$id/$2"
  shift 2
  while [ $# -gt 0 ]; do xenstore-write "$dir/$1" "$2"; shift 2; done
}
disk() { # DEVID DEV REMOVABLE PARAMS
  record_of vbd "$1" dev "$2" removable "$3" params "$4" type phy mode w device-type disk
}
try xl list -l devices
disk 51712 xvda 0 /a
disk 5632 hdc 1 /c.iso
record_of vif 3 handle 3 mac 00:16:3e:00:00:03
pci=/local/domain/0/backend/pci/$id/0
xenstore-write "$pci/num_devs" 1 "$pci/dev-0" 0000:02:1f.1
try xl list -l devices
xenstore-write "/libxl/$id/device/vbd/5632/params" ''
record_of vif 0 handle 0 mac 00:16:3e:00:00:01
try xl list -l devices
xenstore-write "/local/domain/$id/cpu/0/availability" offline
xenstore-write "/local/domain/$id/memory/target" 3000
try xl list -l devices
xenstore-write "/local/domain/$id/memory/target" many
try xl list -l devices
xenstore-rm "/local/domain/$id/memory/target"
try xl list -l devices
xenstore-write "/local/domain/$id/memory/target" 4096
xenstore-rm "/libxl/$id/device/vbd"
xenstore-rm "/libxl/$id/device/vif"
xenstore-rm /local/domain/0/backend/pci
try xl list -l devices
