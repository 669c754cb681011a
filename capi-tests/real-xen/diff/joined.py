# xl create -c on a terminal of its own: types answers, and says which texts have come.
#   joined.py CONFIG STOP TEXT[=ANSWER]…     ends, and xl with it, when the file STOP is there
import os, pty, select, sys, time

config, stop, *wanted = sys.argv[1:]
steps = [text.partition("=")[::2] for text in wanted]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("xl", ["xl", "create", "-q", "-c", "-e", config])
seen, step, end = "", 0, time.monotonic() + 120
while time.monotonic() < end and not (os.path.exists(stop) and step == len(steps)):
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            seen += os.read(terminal, 1000).decode(errors="replace")
        except OSError:
            break
    while step < len(steps) and steps[step][0] in seen:
        if steps[step][1]:
            os.write(terminal, steps[step][1].encode() + b"\n")
        step += 1
for n, (text, _) in enumerate(steps):
    print(f"{text!r}: {n < step}")
if step < len(steps):
    print(f"what came was {seen!r}")
os.close(terminal)
os.kill(pid, 9)
os.waitpid(pid, 0)
