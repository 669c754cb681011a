# A screen and a keyboard for a guest without a graphics card.
create vfb-pv pv "vfb=['type=vnc,vncunused=0,vncdisplay=7,vncpasswd=secret,keymap=de']"
id=$(id_of vfb-pv)
[ -z "$id" ] || nodes "/local/domain/$id/device"
create vfb-bad pv "vfb=['type=nosuch']"
create vfb-none pv "vfb=['vnc=0,sdl=0']"
reference destroy vfb-pv
reference destroy vfb-none
#: sed stdout s,(/(port|event-channel|ring-ref|page-ref)) = "[0-9]+",\1 = "N",  -- as it comes
#: long
