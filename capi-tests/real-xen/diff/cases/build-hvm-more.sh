# HVM domains once more: memory on demand, page tables, nested virtualization, tables of the administrator's, firmware.
# With 16 MiB, of which QEMU's screen has 8, neither library can load the firmware.
hvm() {
  local name=$1
  shift
  build "$name" 'type="hvm"' "$stand_in" 'vnc=0' "$@"
  [ -z "$(id_of "$name")" ] || { qemu "$name" | tail -n +20; try xl destroy "$name"; }
}
printf '\004\005\000\000\001' > /root/smbios
printf 'SSDTxxxxxxxx' > /root/acpi
hvm h-demand memory=24 maxmem=32
hvm h-shadow memory=24 hap=0
hvm h-nested memory=24 nestedhvm=1
hvm h-altp2m memory=24 'altp2m="mixed"'
hvm h-altp2mhvm memory=24 altp2mhvm=1
hvm h-genid memory=24 'ms_vm_genid="00112233-4455-6677-8899-aabbccddeeff"'
hvm h-smbios memory=24 'smbios_firmware="/root/smbios"'
# The C library's memory map has an entry for the tables at address 0: docs/behaviour/building.md. The map is in the second
# range of pages.
hvm h-acpi memory=24 'acpi_firmware="/root/acpi"' | sed '/^tables 0 to 0xc: ACPI$/d; /^memory 0x146 to 0x176: /d'
hvm h-mca memory=24 'mca_caps=["lmce"]'
hvm h-offset memory=24 localtime=0 'xen_platform_pci=0'
hvm h-video memory=32 'vga="stdvga"' videoram=16
hvm h-novideo memory=24 'vga="none"'
hvm h-rdm memory=24 'rdm="strategy=host,policy=strict"'
hvm h-bios memory=24 'bios="seabios"' 'bios_path_override="/usr/share/seabios/bios.bin"'
hvm h-vnuma memory=64 vcpus=2 maxvcpus=2 'vnuma=[["pnode=0","size=32","vcpus=0","vdistances=10,20"],["pnode=0","size=32","vcpus=1","vdistances=20,10"]]'
#: sed stdout /^memory 0x([2-9a-f][0-9a-f]{2}|[0-9a-f]{4}) /d  -- pages that nobody writes to hold what was there before
#: long
