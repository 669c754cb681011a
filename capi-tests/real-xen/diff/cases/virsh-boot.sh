#: long
# What guests start from.
libvirt
boot() {
  xml v-boot "$1"
  sed -i -E "s,<os>.*</os>,$2," /tmp/v-boot.xml
  try virsh create /tmp/v-boot.xml
  made v-boot
  [ -n "$(id_of v-boot)" ] || return 0
  of_domain v-boot
  try virsh dumpxml v-boot
  virsh destroy v-boot
}
echo > /tmp/v-initrd
boot pv "<os><type machine='xenpv'>linux</type><kernel>/guest/tiny</kernel><initrd>/tmp/v-initrd</initrd><cmdline>a  b=c</cmdline></os>"
boot pvh "<os><type machine='xenpvh'>xenpvh</type><kernel>/guest/tiny</kernel><cmdline>x</cmdline></os>"
boot pv "<bootloader>/bin/false</bootloader><bootloader_args>-q</bootloader_args>"
boot pv "<os><type machine='xenpv'>linux</type></os>"
boot hvm "<os><type machine='xenfv'>hvm</type><loader type='rom'>$xen/boot/hvmloader</loader><boot dev='network'/></os>"
boot hvm "<os><type machine='xenfv'>hvm</type><loader type='pflash' readonly='yes'>/usr/share/ovmf/OVMF.fd</loader></os>"
boot hvm "<os><type machine='nonsense'>hvm</type></os>"
