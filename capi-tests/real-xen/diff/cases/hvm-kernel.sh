# A kernel that QEMU puts into the guest, and QEMU's other parts: sound, USB, more arguments, a name that is odd.
create hk hvm 'kernel="/guest/vmlinuz"' 'ramdisk="/guest/initrd.gz"' 'extra="console=ttyS0 quiet"' 'soundhw="ac97"' 'usb=1' 'usbdevice="tablet"' 'serial="null"'
qemu hk
of_domain hk
try xl destroy hk
create hk-more hvm 'device_model_args=["-global","PIIX4_PM.disable_s3=1"]' 'device_model_args_hvm=["-rtc","base=utc"]' 'boot="n"' 'vga="stdvga"' 'xen_platform_pci=0' 'usbversion=3' vcpus=2
qemu hk-more
of_domain hk-more
try xl destroy hk-more
#: long
