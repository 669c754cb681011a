//! The command line and the environment of a guest's QEMU.
//!
//! The order is libxl's, since administrators read the command line in `ps`.

use std::ffi::{OsStr, OsString};
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::domain::history::RUN_DIR;
use crate::qemu::qmp::socket_path;
use crate::types::idiomatic::{
    DeviceChannelData, DomainConfig, DomainType, SdlInfo, Text, VncInfo,
};

/// How much QEMU, Debian's and Xen's, may write to its log unless the administrator says otherwise (XSA-180).
const CONSOLE_LIMIT: (&str, &str) = ("XEN_QEMU_CONSOLE_LIMIT", "1048576");

/// What QEMU is started with.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct CommandLine {
    /// Without the program itself.
    pub arguments: Vec<OsString>,
    /// Changes of the environment.
    pub environment: Vec<(&'static str, OsString)>,
}

/// A QEMU that gives up rights when it has started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restricted {
    /// The number in QEMU of the socket that it is to listen on: it cannot make one.
    pub monitor: RawFd,
}

/// Why no command line can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// An invalid number in the configuration.
    Channel,
    /// Different displays in `listen` and `display`.
    TwoDisplays,
    /// QEMU as the hardware of an HVM guest.
    Hvm,
}

/// Where a restricted QEMU has its root.
pub fn root_path(domid: u32) -> String {
    format!("{RUN_DIR}/qemu-root-{domid}")
}

/// The screen that QEMU shows by VNC, if any.
pub fn vnc(config: &DomainConfig) -> Option<&VncInfo> {
    config.vfbs.first().map(|vfb| &vfb.vnc).filter(|vnc| vnc.enable == Some(true))
}

fn sdl(config: &DomainConfig) -> Option<&SdlInfo> {
    config.vfbs.first().map(|vfb| &vfb.sdl).filter(|sdl| sdl.enable == Some(true))
}

/// For the QEMU that is back end of a PV or PVH guest. `limited`: the environment has a limit for the log.
pub fn pv(
    domid: u32,
    config: &DomainConfig,
    restricted: Option<Restricted>,
    limited: bool,
) -> Result<CommandLine, Refusal> {
    let build = &config.b_info;
    if !matches!(config.c_info.type_, DomainType::Pv | DomainType::Pvh) {
        return Err(Refusal::Hvm);
    }
    let mut line = CommandLine::default();
    line.limit_log(limited);
    line.add(["-xen-domid", &domid.to_string(), "-no-shutdown"]);
    line.monitors(domid, restricted);
    line.channels(config)?;
    // Only what Xen defines; and no configuration but this.
    line.add(["-nodefaults", "-no-user-config", "-xen-attach"]);
    if let Some(name) = &config.c_info.name {
        line.add(["-name"]);
        line.add([os(name)]);
    }
    line.display(config)?;
    if sdl(config).is_none() && vnc(config).is_none() {
        line.add(["-nographic"]);
    }
    if restricted.is_some() {
        line.add(["-xen-domid-restrict", "-chroot", &root_path(domid)]);
    }
    line.add(build.extra.iter().map(os));
    line.add(["-machine", "xenpv"]);
    line.add(build.extra_pv.iter().map(os));
    let kib = build.max_memkb.wrapping_sub(build.video_memkb);
    line.add(["-m", &kib.div_ceil(1024).to_string()]);
    Ok(line)
}

/// For the QEMU in a driver domain that serves the disks of another domain.
pub fn driver_domain(domid: u32, limited: bool) -> CommandLine {
    let mut line = CommandLine::default();
    line.limit_log(limited);
    line.add(["-xen-domid", &domid.to_string(), "-xen-attach"]);
    line.add(["-name", &format!("domain-{domid}"), "-nographic", "-M", "xenpv"]);
    for none in ["-monitor", "-serial", "-parallel"] {
        line.add([none, "/dev/null"]);
    }
    line
}

impl CommandLine {
    fn add(&mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
    }

    fn limit_log(&mut self, limited: bool) {
        if !limited {
            self.environment.push((CONSOLE_LIMIT.0, CONSOLE_LIMIT.1.into()));
        }
    }

    /// The sockets that the toolstack and its statistics talk to QEMU by.
    fn monitors(&mut self, domid: u32, restricted: Option<Restricted>) {
        let mut socket = |id: &str, place: &str, paused: bool| {
            self.add(["-chardev", &format!("socket,id={id},{place},server=on,wait=off")]);
            if paused {
                // QEMU waits until it gets `cont` (-S): with this socket its start is known from its answer.
                self.add(["-S"]);
            }
            self.add(["-mon", &format!("chardev={id},mode=control")]);
        };
        match restricted {
            Some(Restricted { monitor }) => socket("libxl-cmd", &format!("fd={monitor}"), true),
            None => socket("libxl-cmd", &format!("path={}", socket_path(domid)), false),
        }
        socket("libxenstat-cmd", &format!("path={RUN_DIR}/qmp-libxenstat-{domid}"), false);
    }

    fn channels(&mut self, config: &DomainConfig) -> Result<(), Refusal> {
        for channel in &config.channels {
            let id = format!("libxl-channel{}", channel.devid);
            let device = match &channel.u {
                DeviceChannelData::Pty => format!("pty,id={id}").into(),
                DeviceChannelData::Socket(socket) => {
                    let path = socket.path.as_ref().map_or(&b"(null)"[..], Text::as_bytes);
                    let start = format!("socket,id={id},path=");
                    joined(&[start.as_bytes(), path, b",server=on,wait=off"])
                }
                _ => return Err(Refusal::Channel),
            };
            self.add([OsStr::new("-chardev"), &device]);
        }
        Ok(())
    }

    fn display(&mut self, config: &DomainConfig) -> Result<(), Refusal> {
        let screen = match vnc(config) {
            Some(vnc) => vnc_option(vnc)?,
            None => "none".into(),
        };
        self.add([OsStr::new("-vnc"), &screen]);
        self.add(["-display", "none"]);
        if let Some(sdl) = sdl(config) {
            self.add(["-display", "sdl"]);
            for (name, value) in [("DISPLAY", &sdl.display), ("XAUTHORITY", &sdl.xauthority)] {
                self.environment.extend(value.iter().map(|value| (name, os(value).to_owned())));
            }
        }
        if let Some(keymap) = config.vfbs.first().and_then(|vfb| vfb.keymap.as_ref()) {
            self.add(["-k"]);
            self.add([os(keymap)]);
        }
        Ok(())
    }
}

fn vnc_option(vnc: &VncInfo) -> Result<OsString, Refusal> {
    let listen = vnc.listen.as_ref().map_or(&b"127.0.0.1"[..], Text::as_bytes);
    let mut option = listen.to_vec();
    if !listen.contains(&b':') {
        option.extend(format!(":{}", vnc.display).bytes());
    } else if vnc.display != 0 {
        return Err(Refusal::TwoDisplays);
    }
    if vnc.passwd.as_ref().is_some_and(|password| !password.as_bytes().is_empty()) {
        option.extend(b",password=on");
    }
    if vnc.findunused == Some(true) {
        // Last: it tries that many ports.
        option.extend(b",to=99");
    }
    Ok(OsString::from_vec(option))
}

fn os(text: &Text) -> &OsStr {
    OsStr::from_bytes(text.as_bytes())
}

fn joined(parts: &[&[u8]]) -> OsString {
    OsString::from_vec(parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::{
        DeviceChannel, DeviceChannelSocket, DeviceVfb, DomainBuildInfo, DomainCreateInfo,
    };

    fn text(text: &str) -> Option<Text> {
        Text::new(text)
    }

    fn config() -> DomainConfig {
        let c_info =
            DomainCreateInfo { type_: DomainType::Pv, name: text("g"), ..Default::default() };
        let b_info = DomainBuildInfo { max_memkb: 65537, video_memkb: 0, ..Default::default() };
        DomainConfig { c_info, b_info, ..Default::default() }
    }

    fn line(config: &DomainConfig, restricted: Option<Restricted>) -> String {
        let line = pv(7, config, restricted, true).unwrap();
        let arguments: Vec<_> = line.arguments.iter().map(|a| a.to_str().unwrap()).collect();
        arguments.join(" ")
    }

    const START: &str = "-xen-domid 7 -no-shutdown \
        -chardev socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-7,server=on,wait=off \
        -mon chardev=libxl-cmd,mode=control \
        -chardev socket,id=libxenstat-cmd,path=/var/run/xen/qmp-libxenstat-7,server=on,wait=off \
        -mon chardev=libxenstat-cmd,mode=control";

    #[test]
    fn for_disks_alone() {
        let mut config = config();
        let rest = "-nodefaults -no-user-config -xen-attach -name g -vnc none -display none \
            -nographic -machine xenpv -m 65";
        assert_eq!(line(&config, None), format!("{START} {rest}"));
        config.b_info.extra = vec![text("-x").unwrap()];
        config.b_info.extra_pv = vec![text("-y").unwrap(), text("z").unwrap()];
        let rest = rest.replace("-machine xenpv", "-x -machine xenpv -y z");
        assert_eq!(line(&config, None), format!("{START} {rest}"));
    }

    #[test]
    fn channels_come_before_everything_of_the_machine() {
        let mut config = config();
        let socket = DeviceChannelSocket { path: text("/run/a") };
        let channel = |devid, u| DeviceChannel { devid, u, ..Default::default() };
        config.channels =
            vec![channel(0, DeviceChannelData::Pty), channel(3, DeviceChannelData::Socket(socket))];
        let found = line(&config, None);
        let wanted = "-mon chardev=libxenstat-cmd,mode=control \
            -chardev pty,id=libxl-channel0 \
            -chardev socket,id=libxl-channel3,path=/run/a,server=on,wait=off -nodefaults";
        assert!(found.contains(wanted), "{found}");
        config.channels[0].u = DeviceChannelData::Unknown;
        assert_eq!(pv(7, &config, None, true), Err(Refusal::Channel));
    }

    #[test]
    fn screens() {
        let mut config = config();
        let enabled = VncInfo { enable: Some(true), ..Default::default() };
        config.vfbs = vec![DeviceVfb { vnc: enabled, ..Default::default() }];
        config.vfbs[0].keymap = text("de");
        let found = line(&config, None);
        assert!(found.contains(" -vnc 127.0.0.1:0 -display none -k de -machine"), "{found}");
        let vnc = &mut config.vfbs[0].vnc;
        (vnc.listen, vnc.display, vnc.findunused) = (text("0.0.0.0"), 4, Some(true));
        vnc.passwd = text("p");
        let found = line(&config, None);
        assert!(found.contains(" -vnc 0.0.0.0:4,password=on,to=99 -display"), "{found}");
        config.vfbs[0].vnc.listen = text("[::1]:5");
        assert_eq!(pv(7, &config, None, true), Err(Refusal::TwoDisplays));
        let vnc = &mut config.vfbs[0].vnc;
        (vnc.display, vnc.passwd) = (0, text(""));
        let found = line(&config, None);
        assert!(found.contains(" -vnc [::1]:5,to=99 -display"), "{found}");
        let vfb = &mut config.vfbs[0];
        (vfb.vnc.enable, vfb.sdl.enable) = (Some(false), Some(true));
        (vfb.sdl.display, vfb.sdl.xauthority) = (text(":1"), text("/x"));
        let line = pv(7, &config, None, false).unwrap();
        let arguments = line.arguments.join(OsStr::new(" "));
        let arguments = arguments.to_str().unwrap();
        assert!(arguments.contains("-vnc none -display none -display sdl -k de -machine"));
        let environment: Vec<_> = line.environment;
        assert_eq!(
            environment,
            [
                ("XEN_QEMU_CONSOLE_LIMIT", "1048576".into()),
                ("DISPLAY", ":1".into()),
                ("XAUTHORITY", "/x".into())
            ]
        );
    }

    #[test]
    fn a_restricted_one_is_given_its_socket() {
        let found = line(&config(), Some(Restricted { monitor: 3 }));
        let start = "-xen-domid 7 -no-shutdown \
            -chardev socket,id=libxl-cmd,fd=3,server=on,wait=off -S \
            -mon chardev=libxl-cmd,mode=control -chardev socket,id=libxenstat-cmd,path";
        assert!(found.starts_with(start), "{found}");
        let end = "-nographic -xen-domid-restrict -chroot /var/run/xen/qemu-root-7 \
            -machine xenpv -m 65";
        assert!(found.ends_with(end), "{found}");
    }

    #[test]
    fn in_a_driver_domain() {
        let line = driver_domain(4, false);
        let arguments = line.arguments.join(OsStr::new(" "));
        assert_eq!(
            arguments.to_str(),
            Some(
                "-xen-domid 4 -xen-attach -name domain-4 -nographic -M xenpv \
                 -monitor /dev/null -serial /dev/null -parallel /dev/null"
            )
        );
        assert_eq!(line.environment, [("XEN_QEMU_CONSOLE_LIMIT", "1048576".into())]);
    }
}
