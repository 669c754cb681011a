#!/usr/bin/env bash
# Runs in namespaces of its own (record): a fake host with what the cases name; the run's folder in $1, then the cases.
set -u
work=$1
shift
mount -t tmpfs root /root && cd "$work" || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$work"
mkdir -p /root/images /root/guest "$work/scripts" && mount -t tmpfs log /var/log && mkdir /var/log/xen || exit 2
touch /root/images/{a,b,c,d,e,f,g,made,'a b,c=d'} /root/guest/{vmlinuz,initrd.gz,tiny}

# Disks are ready immediately; the final path of their content does not matter here.
for script in block block-made; do
  printf '#!/bin/sh\nxenstore-write %s\n' "\$XENBUS_PATH/physical-device-path /root/images/made \
    \$XENBUS_PATH/physical-device 7:0 \$XENBUS_PATH/hotplug-status connected" > "$work/scripts/$script"
  chmod +x "$work/scripts/$script"
done
mount --bind "$work/scripts" /etc/xen/scripts || exit 2
# Their back ends go where they are sent.
xenstore-watch /local/domain/0/backend | while read -r path; do
  case $path in */vbd/*/state | */qdisk/*/state)
    case $(xenstore-read "$path" 2> /dev/null) in
      1) xenstore-write "$path" 2 ;;
      5) xenstore-write "$path" 6 ;;
    esac ;;
  esac
done &

{ cat /etc/passwd; echo xen-qemuuser-range-base:x:65600:65534::/:/bin/false; } > "$work/passwd"
mount --bind "$work/passwd" /etc/passwd || exit 2
cp "$(dirname "$0")/fake-qemu" /root/fake-qemu
mount --bind /root/fake-qemu "$(readlink -f /usr/bin/vchan-socket-proxy)" || exit 2
LD_PRELOAD="$work/built.so $work/fake-xen.so" python3 "$(dirname "$0")/record.py" "$work" "$@"
