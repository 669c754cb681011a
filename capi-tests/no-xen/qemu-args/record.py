"""Runs on the fake host (in-namespaces.sh): `record.py WORK [NAME…]` has the C library start QEMU for each case, and
writes WORK/recorded, a line for each."""
import json, os, re, struct, subprocess, sys

HERE, WORK, ONLY = os.path.dirname(os.path.abspath(__file__)), sys.argv[1], sys.argv[2:]
FAKE, CREATE = "/root/fake-qemu", WORK + "/create"
STARTED, IMAGE = "/root/started", "/root/saved"
VARIABLES = ("XEN_QEMU_CONSOLE_LIMIT", "DISPLAY", "XAUTHORITY", "XEN_DOMAIN_ID")


def cases(path):
    """Name, settings, changes of the JSON, whether restored."""
    base, found = {}, []
    settings = base
    for line in open(path):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            settings, changes = dict(base), []
            found.append([line[1:-1], settings, changes, False])
        elif line == "restore":
            found[-1][3] = True
        elif line.startswith("json "):
            where, value = line[5:].split(" = ", 1)
            changes.append((where.split("/"), json.loads(value)))
        else:
            key, value = line.split(" = ", 1)
            settings[key] = value
    return found


def configuration(settings, changes):
    """As xl makes it."""
    with open(WORK + "/cfg", "w") as file:
        file.writelines(f"{k} = {v}\n" for k, v in settings.items())
    said = subprocess.run(["/usr/lib/xen-4.17/bin/xl", "create", "--dryrun", WORK + "/cfg"], capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(f"xl, {said.returncode}: {said.stdout}{said.stderr}")
    config = json.loads(said.stdout[said.stdout.index("{"):])
    for where, value in changes:
        at = config
        for step in where[:-1]:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        at[where[-1]] = value
    # A new one each time, which would be all that changes in the record.
    config["c_info"].pop("uuid", None)
    return config


def run(config, restore):
    with open(WORK + "/config.json", "w") as file:
        json.dump(config, file)
    if os.path.exists(STARTED):
        os.remove(STARTED)
    kind = ["restore", WORK + "/config.json", IMAGE] if restore else ["new", WORK + "/config.json"]
    said = subprocess.run([CREATE, *kind], capture_output=True, text=True, timeout=300)
    # Its last line: a hook may print as well.
    result = {"rc": int(said.stdout.split()[-1]) if said.stdout.split() else None}
    text = said.stderr
    result["warnings"] = len(re.findall(r"warning: libxl_dm\.c:\d+:libxl__build_device_model_args_new:", text))
    if os.path.exists(STARTED):
        parts = [open(path).read().split("\0")[:-1] for path in (STARTED, STARTED + ".env")]
        environment = dict(part.split("=", 1) for part in parts[1])
        result["argv"] = parts[0]
        result["env"] = {name: environment[name] for name in VARIABLES if name in environment}
    else:
        first = re.search(r"error: \w+\.c:\d+:(\w+): (.*)", text)
        result["refused"] = first.group(1) if first else None
        result["why"] = first.group(2) if first else text
        # A creation that fails late answers ERROR_FAIL whatever the reason.
        code = re.search(r"device model did not start: (-\d+)", text)
        if code:
            result["start"] = int(code.group(1))
    return result, text


def save():
    """A saved state with nothing in it but QEMU's, of libxl's stream (docs/specs/libxl-migration-stream)."""
    def record(kind, body=b""):
        return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)
    end, libxenctrl, emulator_context, qemu = 0, 1, 3, 2
    with open(IMAGE, "wb") as file:
        file.write(struct.pack(">QII", 0x4C6962786C466D74, 2, 0) + record(libxenctrl)
                   + record(emulator_context, struct.pack("<II", qemu, 0) + b"state") + record(end))


def main():
    save()
    wrong = 0
    with open(WORK + "/recorded", "w") as file:
        for name, settings, changes, restore in cases(HERE + "/cases"):
            if ONLY and name not in ONLY:
                continue
            settings |= {"device_model_version": '"qemu-xen"', "device_model_override": f'"{FAKE}"'}
            config = configuration(settings, changes)
            result, text = run(config, restore)
            if os.environ.get("VERBOSE"):
                print(f"{name}:\n{text}", flush=True)
            if "argv" not in result and (result["refused"] is None or result["rc"] is None):
                print(f"{name}: not recorded: {result}\n{text}")
                wrong = 1
                continue
            print(f"{name}:", "started" if "argv" in result else f"{result['refused']}: {result.pop('why')}", flush=True)
            case = {"name": name, "restored": restore, **result, "config": config}
            file.write(json.dumps(case, ensure_ascii=False) + "\n")
    return wrong


sys.exit(main())
