//! `make status`: counts the implemented public names, among all 900 and among those that each known program
//! imports. It prints the table and writes it, with the missing names, to `docs/status.md`. With `--check` it
//! writes nothing and fails if that file differs from what it would write.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let status = Status::read(&root)?;
    let (table, page) = (status.table(), status.page());
    let file = root.join("docs/status.md");
    if std::env::args().any(|a| a == "--check") {
        if std::fs::read_to_string(&file).is_ok_and(|old| old == page) {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("docs/status.md is stale: run `make status`");
        return Ok(ExitCode::FAILURE);
    }
    print!("{table}");
    std::fs::write(file, page)?;
    Ok(ExitCode::SUCCESS)
}

struct Status {
    /// Every public name, including those of data.
    exports: Vec<String>,
    /// The entries that are not implemented, for each file of `src/capi/`.
    missing: BTreeMap<String, BTreeSet<String>>,
    /// The imports of each of [`CONSUMERS`].
    imports: Vec<Vec<String>>,
}

impl Status {
    fn read(root: &Path) -> Result<Status, Box<dyn Error>> {
        let release = Release::DEFAULT;
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
        let imports = CONSUMERS
            .iter()
            .map(|(file, _)| {
                names(&root.join("capi-tests/support/consumers").join(format!("{file}.txt")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Status { exports, missing, imports })
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
        let mut out = format!(
            "# Status\n\nWhich of libxl's public names are implemented. Written by `make status` from `src/capi/`; a test\n\
             fails when it is stale. An entry that is missing returns `ERROR_NI` (or its type's neutral value) and\n\
             logs one line that names the function.\n\n{}\n## Missing\n",
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
