# What an HVM domain is made of: hypervisor parameters, memory to the last byte, xenstore, QEMU's command line.
# With 16 MiB, of which QEMU's screen has 8, neither library can load the firmware.
hvm() {
  local name=$1
  shift
  build "$name" 'type="hvm"' "$stand_in" 'vnc=0' "$@"
  [ -z "$(id_of "$name")" ] || { qemu "$name"; try xl destroy "$name"; }
}
hvm h-plain memory=24
hvm h-tiny memory=24 'firmware_override="/guest/tiny"'
hvm h-vcpus memory=24 vcpus=2 maxvcpus=5
hvm h-viridian memory=24 viridian=1
hvm h-groups memory=24 'viridian=["base","stimer","hcall_ipi"]'
hvm h-groups2 memory=24 'viridian=["defaults","!crash_ctl"]'
hvm h-groups3 memory=24 'viridian=["freq"]'
hvm h-timers memory=24 'timer_mode="no_delay_for_missed_ticks"' hpet=0 vpt_align=0 'tsc_mode="native"' rtc_timeoffset=3600
hvm h-bare memory=24 apic=0 acpi=0 pae=0 acpi_s3=0 acpi_s4=0 acpi_laptop_slate=1
hvm h-hole memory=24 mmio_hole=1024
#: sed stdout /^memory 0x([2-9a-f][0-9a-f]{2}|[0-9a-f]{4}) /d  -- pages that nobody writes to hold what was there before
#: long
