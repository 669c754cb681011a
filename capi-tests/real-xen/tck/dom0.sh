# The TCK's scripts in dom0, with the C library's libvirtd and with ours: out/SIDE/KIND/SCRIPT.tap is what each of them says.
# /share/kinds and /share/scripts have those that are to run, /share/sides the libraries.
mkdir -p /tmp/tck
tar --keep-directory-symlink -C / -xf /share/root.tar
tar -C /tmp/tck -xf /share/tck.tar
cp /share/*.p[lm] /share/end /tmp/tck/
cp -r /share/lib /tmp/lib
cd /tmp/tck || exit
mapfile -t scripts < /share/scripts
mapfile -t kinds < /share/kinds
mapfile -t sides < /share/sides
export PERL5LIB=/tmp/tck:/tmp/tck/lib LIBVIRT_TCK_CONFIG=/tmp/config.yml

# What the scripts may use of the host: a bridge, a block device and a USB tablet.
modprobe -a xhci_pci usbhid hid-generic
ip link add xenbr0 type bridge
ip link set xenbr0 up
echo '<network><name>default</name><forward mode="bridge"/><bridge name="xenbr0"/></network>' > /tmp/default.xml
truncate -s 512M /tmp/block
losetup /dev/loop0 /tmp/block

# Stands in for the kernels of PVH guests that only block: takes in a request to suspend, and suspends.
xenstore-watch /local/domain | while IFS=/ read -r _ _ _ id node; do
  [ "$node" = control/shutdown ] || continue
  grep -qs xenpvh "$LIBVIRT_TCK_CONFIG" || continue
  [ "$(xenstore-read "/local/domain/$id/$node" 2> /dev/null)" = suspend ] || continue
  xenstore-write "/local/domain/$id/$node" ''
  /tmp/tck/end "$id" 2
done &

# config KIND: the TCK's configuration, for guests of a kind.
config() {
  cat > "$LIBVIRT_TCK_CONFIG" << Y
uri: "xen:///system"
scratch_dir: /tmp/scratch
kernels:
  - arch: x86_64
    ostype: $1
    kernel: /guest/tiny
host_usb_devices:
  - vendor: 0x0627
    product: 0x0001
    bus: 1
    device: 2
Y
}

# daemon: libvirtd with the side's library, which knows no domain but domain 0.
daemon() {
  local libs tries
  libs=$([ "$side" = C ] || echo /tmp/lib)
  rm -rf /run/libvirt/libvirt-sock /etc/libvirt/libxl /var/lib/libvirt/libxl
  LD_LIBRARY_PATH=$libs libvirtd --timeout 0 > "/tmp/libvirtd.$side.log" 2>&1 &
  libvirtd=$!
  for ((tries = 0; tries < 300; tries++)); do
    [ ! -S /run/libvirt/libvirt-sock ] || break
    sleep 0.2
  done
  # The network is still there, and active, after the end of a daemon that had it.
  virsh -q -c xen:///system net-info default > /dev/null 2>&1 || virsh -q -c xen:///system net-define /tmp/default.xml
  virsh -q -c xen:///system net-start default > /dev/null 2>&1
}

# The first guest after a boot takes several times as long as others, which a busy machine takes for a disk that does not come.
truncate -s 1M /tmp/first.img
printf 'name="first"\nkernel="/guest/tiny"\nmemory=4\ndisk=["/tmp/first.img,raw,xvda,rw"]\n' > /tmp/first.cfg
xl create -q /tmp/first.cfg
xl destroy first

for side in "${sides[@]}"; do
  mkdir -p "/share/out/$side"
  daemon
  for kind in "${kinds[@]}"; do
    mkdir "/share/out/$side/$kind"
    config "$kind"
    echo "$side, $kind:"
    TCK_KIND=$kind perl scripts.pl "/share/out/$side/$kind" "${scripts[@]}"
  done
  sed -n 's/.* //; /libxenlight\.so/p' "/proc/$libvirtd/maps" | sort -u > "/share/out/$side/library"
  kill $libvirtd
  wait $libvirtd
  cp -r /var/log/libvirt/libxl "/share/out/$side/logs"
  cp "/tmp/libvirtd.$side.log" "/share/out/$side/"
done
