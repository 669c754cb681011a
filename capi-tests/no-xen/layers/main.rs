//! The layers of `src/` as docs/architecture.md draws them: every use leads down, and no files use each other in a
//! circle. Reads the paths in the source, after comments and strings have been taken out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Top to bottom. Folders on one line do not know each other.
const LAYERS: &[&[&str]] = &[
    &["capi"],
    &["lifecycle"],
    &["device"],
    &["qemu", "config"],
    &["domain"],
    &["lock"],
    &["core"],
    &["xen", "runtime"],
    &["types", "sync"],
];

/// Files that may use each other, since what they are about does.
const CIRCLES: &[&str] = &[
    // A child is found by the registry, and enters itself in it and leaves it.
    "runtime::child::record, runtime::child::registry",
    // `sys` is where all are found under their C names: it hands on those of the others, which name its structs.
    "types::api, types::builtin, types::sys",
    // Types are made of types: a builtin is part of a struct, whose fields are builtins.
    "types::engine::builtin, types::engine::ownership, types::engine::read",
    // The generated tables consist of rows, and what is derived from them is made of both.
    "types::shape::derived, types::shape::rows, types::tables",
];

/// A file of the crate: its module path, and the paths that it names.
struct Source {
    module: Vec<String>,
    uses: BTreeSet<Vec<String>>,
}

#[test]
fn every_use_leads_down() {
    assert_eq!(climbing(&read(&src())), Vec::<String>::new());
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    assert_eq!(circles(&read(&src())), CIRCLES);
}

#[test]
fn every_folder_has_a_layer() {
    for entry in fs::read_dir(src()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        assert!(!entry.path().is_dir() || layer(&name).is_some(), "src/{name} has no layer");
    }
}

/// What the check is for is found, in each way in which it can be written.
#[test]
fn planted_climbs_and_circles_are_found() {
    let planted = tempfile::tempdir().unwrap();
    let plant = |path: &str, text: &str| {
        let path = planted.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    plant("core/plain.rs", "use crate::domain::nodes;\n");
    plant("core/group.rs", "use crate::{\n    sync::locked,\n    device::{self, vdev},\n};\n");
    plant("core/deep/inline.rs", "fn f() -> crate::lifecycle::Create { todo!() }\n");
    plant("qemu/relative.rs", "use super::super::config::paths;\n");
    plant(
        "core/fine.rs",
        "//! crate::domain\nuse crate::error;\nconst A: &str = \"crate::capi::x\"; // crate::capi\n",
    );
    plant("device/mod.rs", "pub mod a;\npub mod b;\npub mod c;\n");
    plant("device/a.rs", "use super::b::Thing;\n");
    plant("device/b.rs", "use crate::device::c;\n");
    plant("device/c.rs", "use super::a;\n");
    let sources = read(planted.path());
    let climbs: BTreeSet<_> =
        climbing(&sources).iter().map(|c| c.split(' ').next().unwrap().to_owned()).collect();
    let expected = ["core::deep::inline", "core::group", "core::plain", "qemu::relative"];
    assert_eq!(climbs, expected.map(str::to_owned).into());
    assert_eq!(circles(&sources), ["device::a, device::b, device::c"]);
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// How far down a folder lies.
fn layer(folder: &str) -> Option<usize> {
    LAYERS.iter().position(|folders| folders.contains(&folder))
}

/// Every use of a folder that does not lie below.
fn climbing(sources: &[Source]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for Source { module, uses } in sources {
        let Some(own) = layer(&module[0]) else { continue };
        for path in uses {
            if path[0] != module[0] && layer(&path[0]).is_some_and(|other| other <= own) {
                found.insert(format!("{} uses {}", module.join("::"), path.join("::")));
            }
        }
    }
    found.into_iter().collect()
}

/// Files that use each other in a circle. What a file takes from the module that it is a part of makes none.
fn circles(sources: &[Source]) -> Vec<String> {
    let modules: BTreeSet<_> = sources.iter().map(|source| source.module.clone()).collect();
    let of_file = |path: &[String]| {
        (1..=path.len()).rev().map(|n| path[..n].to_vec()).find(|path| modules.contains(path))
    };
    let mut below: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for Source { module, uses } in sources {
        let files = uses.iter().filter_map(|path| of_file(path));
        let others = files.filter(|file| !module.starts_with(file) && !file.starts_with(module));
        below.insert(module.clone(), others.collect());
    }
    // What each leads to, by and by.
    loop {
        let mut more = below.clone();
        for reached in more.values_mut() {
            let further: Vec<_> = reached.iter().flat_map(|file| below[file].clone()).collect();
            reached.extend(further);
        }
        if more == below {
            break;
        }
        below = more;
    }
    let mut found = BTreeSet::new();
    for (file, reached) in below.iter().filter(|(file, reached)| reached.contains(*file)) {
        let circle = reached.iter().filter(|other| below[*other].contains(file));
        found.insert(circle.map(|file| file.join("::")).collect::<Vec<_>>().join(", "));
    }
    found.into_iter().collect()
}

/// All files below `folder`, but for tests and generated ones.
fn read(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let parts = path.strip_prefix(folder).unwrap().with_extension("");
                let mut module: Vec<_> =
                    parts.iter().map(|p| p.to_str().unwrap().to_owned()).collect();
                if module.last().is_some_and(|last| last == "mod") {
                    module.pop();
                }
                if module.len() == 1 && path.parent() == Some(folder) {
                    continue; // lib.rs names every folder
                }
                let uses = uses(&module, &fs::read_to_string(&path).unwrap());
                sources.push(Source { module, uses });
            }
        }
    }
    sources.sort_by(|a, b| a.module.cmp(&b.module));
    sources
}

/// The paths that a file names, from the crate's root.
fn uses(module: &[String], text: &str) -> BTreeSet<Vec<String>> {
    let text = code_of(text);
    // A file's own tests may use what they like.
    let text = text.split("\nmod tests {").next().unwrap();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("::") {
        let word = text[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
        let before = text[..at - word.len()].ends_with("::");
        match word {
            "crate" if !before => paths(&[], &text[at + 2..], &mut found),
            "super" if !before => {
                let mut rest = &text[at + 2..];
                let mut base = &module[..module.len() - 1];
                while let Some(further) = rest.strip_prefix("super::") {
                    rest = further;
                    base = &base[..base.len().saturating_sub(1)];
                }
                paths(base, rest, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// The paths at the head of `text`, which goes on after `base`: one, or those of a group.
fn paths(base: &[String], text: &str, found: &mut BTreeSet<Vec<String>>) {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    paths(base, group[start..at].trim(), found);
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let path =
        if name == "self" { base.to_vec() } else { [base, std::slice::from_ref(&name)].concat() };
    match text[name.len()..].strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => paths(&path, rest, found),
        _ if path.is_empty() => {}
        _ => drop(found.insert(path)),
    }
}

/// The text without comments, and with empty strings.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let mut in_string = false;
        let mut last = ' ';
        for (at, c) in line.char_indices() {
            match c {
                '"' if last != '\\' && last != '\'' => in_string = !in_string,
                '/' if !in_string && line[at..].starts_with("//") => break,
                _ if !in_string => code.push(c),
                _ => {}
            }
            last = if last == '\\' && c == '\\' { ' ' } else { c };
        }
        code.push('\n');
    }
    code
}
