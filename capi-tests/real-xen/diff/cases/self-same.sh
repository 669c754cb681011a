# The runner's own test: what does not depend on the library is the same, although
# the guests have other ids. The list shows through the runner's own view.
guest mine pv
guest mine-too pvh -p
id_of mine
try reference list mine-too
try xenstore-read "/local/domain/$(id_of mine)/name"
#: sed stdout s/ +[0-9.]+$//   -- the time used
