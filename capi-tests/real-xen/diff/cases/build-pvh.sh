# What a PVH domain is made of: to the last byte of its memory, and with that its tables.
tiny='kernel="/guest/tiny"'
build b-plain type=\"pvh\" "$tiny" memory=8
build b-vcpus type=\"pvh\" "$tiny" memory=16 vcpus=2 maxvcpus=5 'extra="one two=three"'
build b-demand type=\"pvh\" "$tiny" memory=8 maxmem=32
build b-bare type=\"pvh\" "$tiny" memory=8 apic=0 acpi=0 'timer_mode="one_missed_tick_pending"' 'altp2m="external"'
build b-clock type=\"pvh\" "$tiny" memory=8 'tsc_mode="always_emulate"' rtc_timeoffset=-60 shadow_memory=4
build b-shadow type=\"pvh\" "$tiny" memory=8 hap=0
build b-shim type=\"pvh\" "$tiny" memory=32 pvshim=1 'pvshim_extra="loglvl=all"' 'cmdline="inside"'
build b-linux type=\"pvh\" 'kernel="/guest/vmlinuz"' 'ramdisk="/guest/initrd.gz"' memory=160 'cmdline="console=hvc0"'
for name in b-plain b-vcpus b-demand b-bare b-clock b-shadow b-shim b-linux; do try xl destroy $name; done
#: long
