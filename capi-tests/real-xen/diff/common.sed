# What may differ between any two runs, or is not the interface.
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
