//! How QEMU is started for HVM guests: our arguments for the configurations in `cases` held against the C library's, which
//! `record` has taken on a fake host (`recorded.json`).
//!
//! What our function is given of the host comes from what is recorded: the domain's number, and those of open files.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::path::Path;

use serde_json::Value;
use xenlight::config::defaults::devices::{DefaultsHost, DeviceContext, disk, nic};
use xenlight::config::defaults::{Host, set_defaults_on};
use xenlight::core::{Error, Result};
use xenlight::domain::kind::DomainKind;
use xenlight::qemu::arguments::{CommandLine, Hvm, Place, Restricted, Target, hvm, target};
use xenlight::types::idiomatic::json::domain_config;
use xenlight::types::idiomatic::{DomainBuildInfo, DomainConfig};
use xenlight::xen::log::Log;

static RECORDED: &str = include_str!("recorded.json");

/// Where the images of the cases were when they were recorded: rules for disks look at them, so here they lie elsewhere.
const IMAGES: &str = "/root/images";

/// A host that all of the cases suit.
const HOST: Host = Host {
    hap: true,
    shadow: true,
    directio: false,
    shared_tables: false,
    vpmu: false,
    grant_version: 2,
};

struct FakeHost {
    log: Log,
}

impl DefaultsHost for FakeHost {
    fn log(&self) -> &Log {
        &self.log
    }
    fn kind(&self) -> Result<DomainKind> {
        Ok(DomainKind::Hvm)
    }
    fn domain_of(&self, _name: &[u8]) -> Result<u32> {
        Ok(0)
    }
    fn kernel_serves_usb(&self) -> Result<bool> {
        Ok(false)
    }
}

/// What became of a configuration.
#[derive(PartialEq, Debug)]
enum Outcome {
    Started {
        arguments: Vec<String>,
        environment: BTreeMap<String, String>,
        warnings: u64,
    },
    /// By the rules for configurations and devices.
    RefusedBefore(i64),
    /// By what makes the arguments.
    Refused(i64),
}

/// The domain's number where none is recorded, since nothing was started.
const SOME_DOMID: u32 = 7;

fn recorded(case: &Value) -> Outcome {
    let Some(arguments) = case["argv"].as_array() else {
        // The start of QEMU has a code of its own; the creation that fails by it always answers ERROR_FAIL.
        return match case["start"].as_i64() {
            Some(code) => Outcome::Refused(code),
            None => Outcome::RefusedBefore(case["rc"].as_i64().unwrap()),
        };
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let environment = case["env"].as_object().unwrap();
    Outcome::Started {
        arguments: arguments.iter().map(text).collect(),
        environment: environment.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        warnings: case["warnings"].as_u64().unwrap(),
    }
}

/// The configuration as it is when QEMU is started.
fn complete(config: &mut DomainConfig, domid: u32) -> Result<()> {
    let world = FakeHost { log: Log::none() };
    set_defaults_on(&world.log, HOST, config)?;
    let place = DeviceContext { world: &world, domid, hotplug: false };
    for disk in &mut config.disks {
        disk::set_defaults(place, disk)?;
    }
    for nic in &mut config.nics {
        nic::set_defaults(place, nic)?;
    }
    nic::number(&mut config.nics);
    Ok(())
}

/// What follows after `start` in one of the arguments.
fn number_after<T: std::str::FromStr>(arguments: &[String], start: &str) -> Option<T> {
    let rest = arguments.iter().find_map(|argument| argument.strip_prefix(start))?;
    rest.split(',').next()?.parse().ok()
}

/// The user that the accounts there give.
fn account(build: &DomainBuildInfo, domid: u32) -> Option<String> {
    match &build.device_model_user {
        Some(user) => Some(user.to_string()),
        None => (build.dm_restrict == Some(true)).then(|| format!("{}:65534", 65600 + domid)),
    }
}

fn ours(case: &Value, wanted: &Outcome, images: &Path) -> Outcome {
    let known = match wanted {
        Outcome::Started { arguments, .. } => &arguments[..],
        _ => &[],
    };
    let domid = known.iter().position(|argument| argument == "-xen-domid");
    let domid = domid.map_or(SOME_DOMID, |at| known[at + 1].parse().unwrap());
    let json = case["config"].to_string().replace(IMAGES, images.to_str().unwrap());
    let mut config = domain_config(&CString::new(json).unwrap()).unwrap();
    if let Err(e) = complete(&mut config, domid) {
        return Outcome::RefusedBefore(Error::code(e).into());
    }
    let made = images.join("made").into_os_string();
    let targets: Vec<Option<OsString>> = config
        .disks
        .iter()
        .map(|disk| match target(disk) {
            Target::Path(path) => Some(path),
            Target::OfScript | Target::OfTapdisk => Some(made.clone()),
            Target::None => None,
        })
        .collect();
    let build = &config.b_info;
    let restored = case["restored"] == true;
    let account = account(build, domid);
    let place = if build.device_model_stubdomain == Some(true) {
        Place::StubDomain { restored }
    } else {
        let monitor = number_after(known, "socket,id=libxl-cmd,fd=").unwrap_or(3);
        Place::Local {
            restricted: (build.dm_restrict == Some(true)).then_some(Restricted { monitor }),
            incoming: restored.then(|| number_after(known, "fd:").unwrap_or(4)),
            account: account.as_deref(),
        }
    };
    let asked =
        Hvm { domid, config: &config, place, targets: &targets, igd: false, limited: false };
    let CommandLine { arguments, environment, warnings } = match hvm(&asked) {
        Ok(line) => line,
        Err(refusal) => return Outcome::Refused(refusal.error().code().into()),
    };
    let text = |text: OsString| text.into_string().unwrap();
    let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), text(value)));
    Outcome::Started {
        arguments: arguments.into_iter().map(text).collect(),
        // What a stub domain has in its environment is its own.
        environment: match place {
            Place::StubDomain { .. } => BTreeMap::new(),
            Place::Local { .. } => environment.collect(),
        },
        warnings: warnings.len() as u64,
    }
}

#[test]
fn qemu_is_started_as_by_the_c_library() {
    let dir = tempfile::tempdir().unwrap();
    let images = dir.path().join("images");
    std::fs::create_dir(&images).unwrap();
    for name in ["a", "b", "c", "d", "e", "f", "g", "made", "a b,c=d"] {
        std::fs::write(images.join(name), "").unwrap();
    }
    let cases: Value = serde_json::from_str(RECORDED).unwrap();
    let cases = cases.as_array().unwrap();
    let mut differ = 0;
    for case in cases {
        let there = recorded(case);
        let here = ours(case, &there, &images);
        let shown = format!("{here:#?}").replace(images.to_str().unwrap(), IMAGES);
        let wanted = format!("{there:#?}");
        if shown != wanted {
            differ += 1;
            println!("{}:", case["name"]);
            for diff in difference(&wanted, &shown) {
                println!("{diff}");
            }
        }
    }
    assert_eq!(differ, 0, "of {} cases", cases.len());
    assert!(cases.len() >= 100);
}

/// What is recorded is of the cases as they are now.
#[test]
fn all_cases_are_recorded() {
    let cases: Value = serde_json::from_str(RECORDED).unwrap();
    let recorded = cases.as_array().unwrap().iter().map(|case| case["name"].as_str().unwrap());
    let names = include_str!("cases").lines();
    let names = names.filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    assert!(recorded.eq(names), "run capi-tests/no-xen/qemu-args/record");
}

/// Lines of one text alone, after what both begin with.
fn difference(wanted: &str, found: &str) -> Vec<String> {
    let (wanted, found): (Vec<_>, Vec<_>) = (wanted.lines().collect(), found.lines().collect());
    let only = |lines: &[&str], others: &[&str], sign| {
        let own = lines.iter().filter(|line| !others.contains(line));
        own.map(|line| format!("{sign}{line}")).collect::<Vec<_>>()
    };
    let mut lines = only(&wanted, &found, '-');
    lines.extend(only(&found, &wanted, '+'));
    if lines.is_empty() {
        lines.push(format!("another order:\n-{wanted:?}\n+{found:?}"));
    }
    lines
}
