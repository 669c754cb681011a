# Devices without a back end here: their nodes, and that they are waited for.
guest a-others pv
id=$(id_of a-others)
try xl vkb-attach a-others backend-type=linux unique-id=a-keys feature-multi-touch=1 multi-touch-width=100 multi-touch-height=50 multi-touch-num-contacts=5 width=640 height=480
try xl vkb-attach a-others backend-type=qemu
devices
try xl vdispl-attach a-others be-alloc=0 'connectors=id0:640x480;id1:800x600'
try xl vtpm-attach a-others uuid=01234567-89ab-cdef-0123-456789abcdef backend=Domain-0
try xl vsnd-attach a-others 'VCARD, short-name=a, long-name=b c' 'PCM, name=dev1' 'STREAM, unique-id=0, type=P, channels-max=2, sample-rates=8000;48000, sample-formats=u8;s16_le'
devices
try xl vkb-detach a-others 0
try xl vkb-detach a-others 1
try xl vdispl-detach a-others 0
try xl vtpm-detach a-others 0
devices
try xl destroy a-others
domains
#: long
