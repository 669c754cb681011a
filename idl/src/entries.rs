//! The hand-written entries of `src/capi/`, read from its source.
//!
//! A file's name says which releases have its entries, if not all: those in `x_since_4_18.rs` come with 4.18, those in
//! `x_until_4_18.rs` are gone in 4.18. An entry whose signature changes stands in both.

use std::error::Error;
use std::fs;
use std::path::Path;

use syn::spanned::Spanned;

use crate::release::{Bounds, Lifetime, Release};

/// One exported function.
pub struct Entry {
    /// The file that contains it, such as `names.rs`.
    pub file: String,
    pub name: String,
    /// Whether it is not implemented: its body is `missing!`.
    pub missing: bool,
}

/// The entries that `release` has of every file in `folder`, in the order of the files' names and then of their text.
pub fn read(folder: &Path, release: Release) -> Result<Vec<Entry>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(|f| f.file_name());
    let mut entries = Vec::new();
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".rs") else { continue };
        if !lifetime(stem).map_err(|e| format!("src/capi/{name}: {e}"))?.has(release) {
            continue;
        }
        let text = fs::read_to_string(file.path())?;
        entries.extend(parse(&name, &text).map_err(|e| format!("src/capi/{name}: {e}"))?);
    }
    Ok(entries)
}

/// The releases that have the entries of the file `stem`.rs.
fn lifetime(stem: &str) -> Result<Lifetime, String> {
    let named = |word: &str| {
        let release = stem.rsplit_once(word).map(|(_, name)| name.replace('_', ".").parse());
        release.transpose()
    };
    Lifetime::ALWAYS.part(Bounds { since: named("_since_")?, until: named("_until_")? })
}

fn parse(file: &str, text: &str) -> syn::Result<Vec<Entry>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut entries = Vec::new();
    for item in syn::parse_file(text)?.items {
        let syn::Item::Fn(item) = item else { continue };
        let name = item.sig.ident.to_string();
        if !name.starts_with("libxl_") || item.sig.abi.is_none() {
            continue;
        }
        let body = item.block.span();
        let body = &lines[body.start().line - 1..body.end().line];
        let missing = body.iter().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains("missing!")
        });
        entries.push(Entry { file: file.into(), name, missing });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_has_its_releases() {
        let has = |stem: &str| {
            let lifetime = lifetime(stem).unwrap();
            let names: Vec<_> =
                Release::all().filter(|&r| lifetime.has(r)).map(Release::name).collect();
            names.join(" ")
        };
        assert_eq!(has("console"), "4.17 4.18 4.19 4.20 4.21");
        assert_eq!(has("console_exec_since_4_18"), "4.18 4.19 4.20 4.21");
        assert_eq!(has("console_exec_until_4_18"), "4.17");
        assert!(lifetime("console_since_4_16").unwrap_err().contains("unknown release `4.16`"));
        assert!(lifetime("console_until_4_17").unwrap_err().contains("not later"));
    }

    #[test]
    fn finds_entries_that_are_missing() {
        let text = r#"
            pub unsafe extern "C" fn libxl_one(ctx: *mut libxl_ctx) -> c_int {
                missing!(ctx, "libxl_one")
            }
            /// Was missing!
            pub unsafe extern "C" fn libxl_two(ctx: *mut libxl_ctx) -> c_int {
                0 // missing! is in a comment only
            }
            fn helper() { missing!("no entry") }
        "#;
        let entries = parse("x.rs", text).unwrap();
        let seen: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.missing)).collect();
        assert_eq!(seen, [("libxl_one", true), ("libxl_two", false)]);
    }
}
