# A domain is recorded as a guest's stub domain that is none: it stays when the guest is destroyed.
guest ns-guest pv
guest ns-other pv
xenstore-write "/local/domain/$(id_of ns-guest)/image/device-model-domid" "$(id_of ns-other)"
try xl destroy ns-guest
echo "the other is $([ -n "$(id_of ns-other)" ] && echo there || echo gone)"
reference destroy ns-other 2> /dev/null || true
