# A guest that never takes the request to suspend in, one that does and then does not suspend, and one that ends instead.
#: long
guest deaf pvh
guest idles pvh
guest crashes pvh
suspends idles never
suspends crashes ends
try xl save crashes /tmp/crashes.img
(try xl save deaf /tmp/deaf.img) > /tmp/deaf.out 2> /tmp/deaf.err &
(try xl save idles /tmp/idles.img) > /tmp/idles.out 2> /tmp/idles.err &
wait %%
until_true eval '! pgrep -x libxl-save-help'
sleep 1
cat /tmp/deaf.out /tmp/idles.out
cat /tmp/deaf.err /tmp/idles.err >&2
domains
for name in deaf idles crashes; do nodes "/local/domain/$(id_of $name)/control"; done
