# Grant tables, event channels, buffers: as they are, as they are not to be.
n=0
with() {
  n=$((n + 1))
  create "g$n" "$@"
}
with pv max_grant_frames=8 max_maptrack_frames=16
with pvh max_grant_frames=40
with pv max_grant_version=1
with pvh max_grant_version=2
with pvh max_grant_version=0
with pv event_channels=64
with pvh event_channels=200
for bad in max_grant_frames=0 max_grant_frames=-1 max_grant_frames=99999999 max_maptrack_frames=-1 \
  max_grant_version=3 max_grant_version=-1 event_channels=1 event_channels=-1 event_channels=9999999 \
  'max_grant_frames="x"' vmtrace_buf_kb=64 vmtrace_buf_kb=-1 vmtrace_buf_kb=3 vpmu=1 vpmu=0; do
  # Each kind in turn.
  with "$([ $((n % 2)) = 0 ] && echo pv || echo pvh)" "$bad"
done
domains
#: long
