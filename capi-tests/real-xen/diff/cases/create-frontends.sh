# Devices that need no back end here: of sound, sockets, files, and some that are refused.
for line in "p9=['tag=t,path=/tmp,security_model=none']" "p9=['tag=t']" "p9=['nonsense']" \
  "pvcalls=['backend=0']" "pvcalls=['nonsense']" "vtpm=['backend=0']" "vtpm=['uuid=x']" \
  "vdispl=['backend=0,be-alloc=0,connectors=1:800x600']" "vdispl=['connectors=x']" "vsnd=[['nonsense']]" \
  "vkb=['backend=0,unique-id=u,feature-abs-pointer=1,width=100,height=100']" "vkb=['nonsense']" \
  "usbctrl=['nonsense']" "usbdev=['nonsense']" "channel=['name=a']" "channel=['connection=pty']" \
  "channel=['name=a,connection=nosuch']" "channel=['name=a,connection=socket']" "vfb=['nonsense=1']" "virtio=['nonsense']"; do
  # Only whether it is understood: what these need is not there.
  config fr-any pv "$line"
  try xl create -q -n /tmp/fr-any.cfg
done
#: sed stderr s/: line [0-9]+: +[0-9]+ Aborted/: Aborted/    -- xl's own double free, and the process it was
#: long
