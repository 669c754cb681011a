#: long
# Stub domains that do not come to run: what is said, and that nothing of them stays.
head -c 4096 /dev/zero > /tmp/stub-ramdisk
stub=('device_model_stubdomain_override=1' 'device_model_version="qemu-xen"' 'stubdomain_memory=8')
images=('stubdomain_kernel="/guest/tiny"' 'stubdomain_ramdisk="/tmp/stub-ramdisk"')

# left: what is there of the domains; the C library leaves a stub domain that it could not build.
left() {
  domains | grep -c -e '^lost'
  [ -z "$(id_of lost-dm)" ] || reference destroy lost-dm
}

rm -f /usr/bin/vchan-socket-proxy
ln -s "$xen/bin/vchan-socket-proxy" /usr/bin/
create lost hvm "${stub[@]}"
create lost hvm "${stub[@]}" 'stubdomain_kernel="/guest/tiny"'
create lost hvm "${stub[@]}" 'stubdomain_kernel="/guest/tiny"' 'stubdomain_ramdisk="/dev/null"'
left
create lost hvm "${stub[@]}" 'stubdomain_kernel="/tmp/stub-ramdisk"' 'stubdomain_ramdisk="/tmp/stub-ramdisk"'
left
create lost hvm 'device_model_stubdomain_override=1'
create lost hvm "${stub[@]}" "${images[@]}" 'disk=["/nowhere,raw,hda,rw"]'
left
create lost hvm "${stub[@]}" "${images[@]}" 'device_model_override="/nowhere"'
left
# The stub domain ends before the device model in it runs.
(until_true eval '[ -n "$(id_of lost-dm)" ]' && until_true eval "domains | grep '^lost-dm ' | grep -v -e '--p---'" && ends "$(id_of lost-dm)" 3) &
create lost hvm "${stub[@]}" "${images[@]}"
wait
left
# Somebody destroys the guest meanwhile. (The C library may find that ours is at it, and fail.)
(until_true eval "domains | grep '^lost-dm ' | grep -v -e '--p---'" && reference destroy lost 2> /dev/null) &
create lost hvm "${stub[@]}" "${images[@]}"
wait
left
# It never runs.
create lost hvm "${stub[@]}" "${images[@]}"
left
pgrep -a 'vchan|qemu' | grep -v -e -xen-attach
ls /run/xen
for id in $(xenstore-list /local/domain/0/device-model); do
  xenstore-exists "/local/domain/$id/name" || { echo "nodes of a proxy stayed" && xenstore-rm "/local/domain/0/device-model/$id"; }
done
# Debian has the program that passes QMP on where the C library does not look for it.
rm /usr/bin/vchan-socket-proxy
(until_true eval "domains | grep '^lost-dm ' | grep -v -e '--p---'" && xenstore-write "/local/domain/$(id_of lost-dm)/device-model/$(id_of lost)/state" running) > /dev/null 2>&1 &
create lost hvm "${stub[@]}" "${images[@]}"
kill $! 2> /dev/null
try xl destroy lost
left
