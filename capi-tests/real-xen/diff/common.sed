# What may differ between any two runs, or is not the interface.
# What C's library for 4.20 logs if QEMU's answer about its arguments comes before its end: on the side of either library,
# since Debian's makes guests on both.
/libxl__kill_xs_path: qemu command-line probe already exited$/d
# What glibc says of a heap that xl itself has damaged depends on what lies where.
s/^(double free or corruption \(out\)|free\(\): invalid pointer)$/(the heap is damaged)/
# The library's log (and that of the libraries under it): its wording is our own.
s/^(libxl|xc|xencall|xendevicemodel|xenforeignmemory|xenevtchn|xenstore)?(: )?(libxl|xc|xencall|xenforeignmemory|xenevtchn|xendevicemodel): (critical|error|warn|warning|notice|info|verbose|progress|detail|debug): .*/(the library logged)/
# What a child of the C library that cannot be executed says, on standard error; ours logs it.
s/^libxl: cannot execute .*/(the library logged)/
# Event channels and grants are handed out as they come.
s,(/(port|event-channel|ring-ref)) = "[0-9]+",\1 = "N",
s,(/tty) = "/dev/pts/[0-9]+",\1 = "PTY",
# The number of QEMU's process.
s,(/(device-model-pid|qemu-pid)) = "[0-9]+",\1 = "PID",
# Seconds since 1970.
s,(/start_time) = "[0-9.]+",\1 = "TIME",
# The number of a descriptor that a QEMU goes on from.
s,^fd:[0-9]+$,fd:N,
# The shell's words for a program that a signal ended: its process and place.
s,^/share/[a-z/-]+\.sh: line [0-9]+: +[0-9]+ Segmentation fault .*,(Segmentation fault),
