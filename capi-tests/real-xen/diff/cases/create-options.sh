# How xl can be asked for it.
config o-one pv
config o-two pv
try xl create -n /tmp/o-one.cfg
try xl create -n -q /tmp/o-one.cfg
try xl create --dryrun /tmp/o-one.cfg memory=5
try xl -N create -q -p -e /tmp/o-one.cfg
try xl create -p -e /tmp/o-one.cfg
made o-one
try xl create -q -p -e -f /tmp/o-two.cfg memory=5 'vcpus=2' 'on_crash="preserve"'
made o-two
try xl create -q -p -e --defconfig=/tmp/o-two.cfg 'name="o-three"' 'uuid="00000000-0000-0000-0000-000000000003"'
made o-three
try xl -v create -q -p -e /tmp/o-one.cfg 'name="o-four"' 'uuid="00000000-0000-0000-0000-000000000004"' 2> /dev/null
made o-four
try_each xl create -q -p -e -- /nosuch /tmp '' -x
try xl create
try xl create -q -p -e /tmp/o-one.cfg 'name='
try xl create -q -p -e /tmp/o-one.cfg 'name="o-five'
try xl create -q -p -e /tmp/o-one.cfg nonsense
printf 'name = "x"\n]\n' > /tmp/o-bad.cfg
try xl create -q -p -e /tmp/o-bad.cfg
domains
