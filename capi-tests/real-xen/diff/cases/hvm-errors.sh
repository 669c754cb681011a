# HVM guests that cannot be: what is refused, and what is left.
refused() { create "$1" hvm "$stand_in" "${@:2}"; [ -z "$(id_of "$1")" ] || try xl destroy "$1"; }
refused he-firmware 'firmware_override="/nowhere"'
refused he-name 'firmware_override="nothing-of-that-name"'
refused he-rombios 'bios="rombios"'
refused he-uefi 'bios="ovmf"'
refused he-bios 'bios_path_override="/nowhere"'
: > /tmp/empty
refused he-empty 'bios_path_override="/tmp/empty"'
refused he-smbios 'smbios_firmware="/nowhere"'
refused he-smbios-empty 'smbios_firmware="/tmp/empty"'
refused he-acpi 'acpi_firmware="/nowhere"'
refused he-direct 'ramdisk="/guest/initrd.gz"'
refused he-video 'videoram=4'
refused he-viridian 'viridian=["base","!base","stimer","!stimer"]'
refused he-nested 'nestedhvm=1' 'altp2mhvm=1'
refused he-vnc 'vnc=1' 'vnclisten="127.0.0.1:3"' 'vncdisplay=4'
refused he-soundhw 'soundhw="nosuch"'
create he-none hvm 'device_model_override="/nowhere"'
create he-false hvm 'device_model_override="/bin/false"'
create he-noexec hvm 'device_model_override="/etc/passwd"'
create he-traditional hvm 'device_model_version="qemu-xen-traditional"'
create he-stubdom hvm 'device_model_stubdomain_override=1'
domains
find /var/lib/xen /run/xen -name '*qmp*' -o -name '*bootloader*'
#: long
