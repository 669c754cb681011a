# Clocks: their source, and how far they are off.
n=0
with() {
  n=$((n + 1))
  create "t$n" "$@"
}
with pv rtc_timeoffset=3600
with pvh rtc_timeoffset=-7200
with pv 'localtime=1'
for mode in default always_emulate native native_paravirt nosuch 0 2 4; do
  # Each kind in turn.
  with "$([ $((n % 2)) = 0 ] && echo pv || echo pvh)" "tsc_mode=\"$mode\""
done
for mode in 0 1 delay_for_missed_ticks one_missed_tick_pending nosuch; do with pvh "timer_mode=\"$mode\""; done
with pvh 'tsc_mode=1'
#: long
