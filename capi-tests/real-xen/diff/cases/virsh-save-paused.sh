# Guests that are saved, and paused when they are restored; what the driver of libvirt cannot do with an image.
#: long
libvirt
rm -f /tmp/v-saved.image
started v-saved pvh
suspends v-saved
try virsh save v-saved /tmp/v-saved.image --paused
try virsh save-image-define /tmp/v-saved.image /tmp/v-saved.xml
try virsh restore /tmp/v-saved.image
made v-saved
try virsh domstate --reason v-saved
domains
suspends v-saved
try virsh save v-saved /tmp/v-saved.image
try virsh restore /tmp/v-saved.image --paused
made v-saved
try virsh domstate --reason v-saved
domains
