#!/usr/bin/env bash
# One turn, in namespaces of its own (run): the run's folder in $1, the library's folder or nothing in $2. Turns go on at
# once: each has the programs in a folder of its own that has the same name in all of them.
set -u
folder=$1/turn libs=$2
mount -t tmpfs turn "$folder" || exit 2
cp "$1/devd" "$1/look" "$1/fake-xen.so" "$1/unprivileged.py" "$folder/" || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$folder"
mount -t tmpfs log /var/log && mount -t tmpfs programs /usr/libexec && mkdir /var/log/xen || exit 2
cp "$folder/devd" /usr/libexec/xen-qemu-system-i386
. "$1/scenes.sh"
