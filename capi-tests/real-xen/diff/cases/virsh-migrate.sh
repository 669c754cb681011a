#: long
# Migrated by libvirt, to a second daemon in the same host and back: by the client, by the daemons, and through their own connection.
two_libvirtds
started v-mig pvh
suspends v-mig
there="$second_uri --migrateuri tcp://127.0.0.1:49170"
# shellcheck disable=SC2086 # the URIs are words
try virsh migrate --live v-mig $there --dname v-mig-2
made v-mig-2
# Their ids.
listed() { "$1" list --all --name | sed '/^$/d' | sort; }
both() {
  echo here
  listed virsh
  echo there
  listed second
  domains
}
both
try second domstate --reason v-mig-2
id=$(id_of v-mig-2)
devices | numberless "$id"
suspends v-mig-2
# Back, by the daemons; then through the connection that they have.
try second migrate --live --p2p v-mig-2 "$first_uri" --migrateuri tcp://127.0.0.1:49171 --dname v-mig-3
made v-mig-3
both
suspends v-mig-3
try virsh migrate --live --p2p --tunnelled v-mig-3 "$second_uri" --dname v-mig-4
made v-mig-4
both
try second domstate --reason v-mig-4
# A stopped one; one that does not suspend; a name that is taken; nobody there.
try second suspend v-mig-4
suspends v-mig-4
try second migrate --live v-mig-4 "$first_uri" --migrateuri tcp://127.0.0.1:49172 --dname v-mig-5
made v-mig-5
both
try virsh domstate --reason v-mig-5
xml v-mig-there pvh
try second create /tmp/v-mig-there.xml
made v-mig-there
suspends v-mig-5
# shellcheck disable=SC2086
try virsh migrate --live v-mig-5 $there --dname v-mig-there
try virsh migrate --live v-mig-5 xen+tcp://127.0.0.1:16511/system
try virsh migrate --live v-mig-5 "$second_uri" --migrateuri tcp://127.0.0.1:1:2
both
try virsh destroy v-mig-5
try second destroy v-mig-there
both
