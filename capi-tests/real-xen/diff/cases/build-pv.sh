# What a PV domain is made of: memory, vcpus, clock, command line.
tiny='kernel="/guest/tiny"'
build b-plain type=\"pv\" "$tiny" memory=4
build b-vcpus type=\"pv\" "$tiny" memory=8 vcpus=1 maxvcpus=3 'cpus=["0","1","0-1"]' 'extra="one two=three"'
build b-balloon type=\"pv\" "$tiny" memory=8 maxmem=32 'cpu_weight=512' 'cap=50'
build b-clock type=\"pv\" "$tiny" memory=4 'tsc_mode="always_emulate"' rtc_timeoffset=3600 localtime=1
build b-native type=\"pv\" "$tiny" memory=4 'tsc_mode="native"' 'cpus="all,^0"' 'cpus_soft="0"' nomigrate=1
build b-claim type=\"pv\" "$tiny" memory=16 claim_mode=1 'vcpus=2' 'cpu_weight=64'
build b-host type=\"pv\" "$tiny" memory=16 e820_host=1
build b-linux type=\"pv\" 'kernel="/guest/vmlinuz"' 'ramdisk="/guest/initrd.gz"' memory=160 'cmdline="console=hvc0"'
for name in b-plain b-vcpus b-balloon b-clock b-native b-claim b-host b-linux; do try xl destroy $name; done
#: long
