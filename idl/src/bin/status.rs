//! `make status`: counts the implemented public names, among all of a release and among those that each known program
//! imports. It prints the tables and writes them, with the missing names, to `docs/status.md` for the default release and
//! to `docs/status-4.20.md` and the like for others.
//!
//!     status [--check] [RELEASE]
//!
//! Without a release: of each that a Debian has. With `--check` it writes nothing and fails if a file differs from what
//! it would write.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xenlight_idl::arguments::Arguments;
use xenlight_idl::{Release, entries, public_names};

/// Debian's programs that import the library: the name of each in `capi-tests/support/consumers`, and in the table.
const CONSUMERS: [(&str, &str); 5] = [
    ("xl", "`xl`"),
    ("libvirt", "libvirt's libxl driver"),
    ("xen-init-dom0", "`xen-init-dom0`"),
    ("init-xenstore-domain", "`init-xenstore-domain`"),
    ("libxlutil", "`libxlutil`"),
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let Arguments { check, releases } = Arguments::read()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut fresh = true;
    for release in releases {
        let status = Status::read(&root, release)?;
        let name = match release {
            Release::DEFAULT => "docs/status.md".to_owned(),
            release => format!("docs/status-{release}.md"),
        };
        let file = root.join(&name);
        if !check {
            println!("Xen {release}\n{}", status.table());
            std::fs::write(file, status.page())?;
        } else if !std::fs::read_to_string(&file).is_ok_and(|old| old == status.page()) {
            eprintln!("{name} is stale: run `make status`");
            fresh = false;
        }
    }
    Ok(if fresh { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Status {
    release: Release,
    /// Every public name, including those of data.
    exports: Vec<String>,
    /// The entries that are not implemented, for each file of `src/capi/`.
    missing: BTreeMap<String, BTreeSet<String>>,
    /// The imports of each of [`CONSUMERS`].
    imports: Vec<Vec<String>>,
}

impl Status {
    fn read(root: &Path, release: Release) -> Result<Status, Box<dyn Error>> {
        let exports: Vec<String> =
            public_names::read(root, release)?.into_iter().map(|n| n.name).collect();
        let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in entries::read(&root.join("src/capi"), release)? {
            if !exports.contains(&entry.name) {
                return Err(
                    format!("{}: {} is not in src/exports.txt", entry.file, entry.name).into()
                );
            }
            if entry.missing {
                missing.entry(entry.file).or_default().insert(entry.name);
            }
        }
        let mut consumers = root.join("capi-tests/support/consumers");
        if release != Release::DEFAULT {
            consumers.push(release.name());
        }
        let imports = CONSUMERS
            .iter()
            .map(|(file, _)| names(&consumers.join(format!("{file}.txt"))))
            .collect::<Result<_, _>>()?;
        Ok(Status { release, exports, missing, imports })
    }

    fn is_missing(&self, name: &str) -> bool {
        self.missing.values().any(|names| names.contains(name))
    }

    fn implemented(&self, names: &[String]) -> usize {
        names.iter().filter(|name| !self.is_missing(name)).count()
    }

    fn table(&self) -> String {
        let mut rows = vec![("all public names".to_owned(), &self.exports)];
        for ((_, what), names) in CONSUMERS.iter().zip(&self.imports) {
            rows.push((format!("imported by {what}"), names));
        }
        let mut out = format!("| {:37} | done |   of |\n| {:-<37} | ---: | ---: |\n", "", "");
        for (what, names) in rows {
            out += &format!("| {what:37} | {:4} | {:4} |\n", self.implemented(names), names.len());
        }
        out
    }

    fn page(&self) -> String {
        let (of, note) = match self.release {
            Release::DEFAULT => (String::new(), String::new()),
            release => (
                format!(" for Xen {release}"),
                format!(
                    "\nThe library for Xen {release} does what it does for Xen {}, but for what\n\
                     [behaviour/xen-{release}.md](behaviour/xen-{release}.md) names.\n",
                    Release::DEFAULT
                ),
            ),
        };
        let mut out = format!(
            "# Status{of}\n\nWhich of libxl's public names are implemented. Written by `make status` from `src/capi/`; a test\n\
             fails when it is stale. An entry that is missing returns `ERROR_NI` (or its type's neutral value) and\n\
             logs one line that names the function.\n{note}\n{}\n## Missing\n",
            self.table()
        );
        if self.missing.is_empty() {
            out += "\nNothing.\n";
        }
        for (file, names) in &self.missing {
            out += &format!("\n### {file}\n\n");
            for name in names {
                let users: Vec<&str> = CONSUMERS
                    .iter()
                    .zip(&self.imports)
                    .filter(|(_, imports)| imports.contains(name))
                    .map(|((file, _), _)| *file)
                    .collect();
                out += &match users.as_slice() {
                    [] => format!("- `{name}`\n"),
                    users => format!("- `{name}` ({})\n", users.join(", ")),
                };
            }
        }
        out
    }
}

fn names(file: &PathBuf) -> Result<Vec<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}
