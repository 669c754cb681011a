//! QEMU without emulated hardware: as back end of a PV or PVH guest's devices, or of disks in a driver domain.

use super::{ArgumentsError, CommandLine, Restricted, display, memory, os};
use crate::types::idiomatic::{DeviceModelVersion, DomainConfig, DomainType};

/// The command line of a QEMU that is back end of a PV or PVH guest. `limited`: the environment has a limit for the
/// log.
pub fn pv(
    domid: u32,
    config: &DomainConfig,
    restricted: Option<Restricted>,
    limited: bool,
) -> Result<CommandLine, ArgumentsError> {
    let build = &config.b_info;
    if !matches!(config.c_info.type_, DomainType::Pv | DomainType::Pvh) {
        return Err(ArgumentsError::Hvm);
    }
    if build.device_model_version == DeviceModelVersion::QemuXenTraditional {
        return Err(ArgumentsError::Traditional);
    }
    let mut line = CommandLine::default();
    line.limit_log(limited);
    line.of_domain(domid);
    line.monitors(domid, restricted);
    line.channels(config)?;
    line.no_defaults();
    line.add(["-xen-attach"]);
    line.option_of("-name", &config.c_info.name);
    line.local_screens(config)?;
    line.option_of("-k", display::keymap(config));
    if !display::has_screen(config) {
        line.add(["-nographic"]);
    }
    if restricted.is_some() {
        line.restrict(domid, false);
    }
    line.add(build.extra.iter().map(os));
    line.option("-machine", "xenpv");
    line.add(build.extra_pv.iter().map(os));
    line.option("-m", memory(build));
    Ok(line)
}

/// The command line of a QEMU in a driver domain that is back end of another domain's disks.
pub fn driver_domain(domid: u32, limited: bool) -> CommandLine {
    let mut line = CommandLine::default();
    line.limit_log(limited);
    line.add(["-xen-domid", &domid.to_string(), "-xen-attach"]);
    line.add(["-name", &format!("domain-{domid}"), "-nographic", "-M", "xenpv"]);
    for none in ["-monitor", "-serial", "-parallel"] {
        line.option(none, "/dev/null");
    }
    line
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::super::options;
    use super::super::samples::text;
    use super::*;
    use crate::types::idiomatic::{
        DeviceChannel, DeviceChannelData, DeviceChannelSocket, DeviceVfb, DomainBuildInfo,
        DomainCreateInfo, VncInfo,
    };

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
    fn without_channels_and_screens() {
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
    fn channels_come_before_the_machine() {
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
        assert_eq!(pv(7, &config, None, true), Err(ArgumentsError::Channel));
        config.b_info.device_model_version = DeviceModelVersion::QemuXenTraditional;
        assert_eq!(pv(7, &config, None, true), Err(ArgumentsError::Traditional));
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
        assert_eq!(pv(7, &config, None, true), Err(ArgumentsError::TwoDisplays));
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
    fn a_restricted_qemu_inherits_its_socket() {
        let found = line(&config(), Some(Restricted { monitor: 3 }));
        let start = "-xen-domid 7 -no-shutdown \
            -chardev socket,id=libxl-cmd,fd=3,server=on,wait=off -S \
            -mon chardev=libxl-cmd,mode=control -chardev socket,id=libxenstat-cmd,path";
        assert!(found.starts_with(start), "{found}");
        let root = options::root("/var/run/xen/qemu-root-7").join(" ");
        let end = format!("-nographic -xen-domid-restrict {root} -machine xenpv -m 65");
        assert!(found.ends_with(&end), "{found}");
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
