# A crash, and what is kept of it.
mkdir -p /var/lib/xen/dump /var/xen/dump
config core pv 'on_crash="coredump-destroy"'
rm -f /var/log/xen/xl-core.log /var/lib/xen/dump/* /var/xen/dump/*
try xl create -q /tmp/core.cfg
made core
ends "$(id_of core)" 3
until_true grep -q 'Done. Exiting now' /var/log/xen/xl-core.log
daemon_log core | sed -E 's/[0-9]{4}-[0-9.:-]+/DATE/'
find /var/lib/xen/dump /var/xen/dump -type f | sed -E 's/[0-9]{4}-[0-9.:-]+/DATE/; s/\.[0-9]+\././'
rm -rf /var/lib/xen/dump/* /var/xen/dump/*
