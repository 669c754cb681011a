# Devices whose driver domain does not run: a guest is created without those that it can do without.
for one in 'vkb=["backend=nosuch,backend-type=linux"]' 'pvcalls=["backend=nosuch"]' \
  'p9=["tag=t,path=/tmp,security_model=none,backend=nosuch"]' 'vif=["backend=nosuch"]' 'vtpm=["backend=nosuch"]' \
  'vdispl=["backend=nosuch,connectors=1:1x1"]'; do
  name=w-${one%%=*}
  config "$name" pvh "$one"
  try xl create -q -e -p "/tmp/$name.cfg"
  echo "$name is $(domains | grep -q "^$name " && echo there || echo gone)"
  [ -z "$(id_of "$name")" ] || { made "$name"; of_domain "$name" | grep device/; reference destroy "$name"; }
done
