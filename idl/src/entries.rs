//! The hand-written entries of `src/capi/`, read from its source.

use std::error::Error;
use std::fs;
use std::path::Path;

use syn::spanned::Spanned;

/// One exported function.
pub struct Entry {
    /// The file that contains it, such as `names.rs`.
    pub file: String,
    pub name: String,
    /// Whether it is not implemented: its body is `missing!`.
    pub missing: bool,
}

/// The entries of every file in `folder`, in the order of the files' names and then of their text.
pub fn read(folder: &Path) -> Result<Vec<Entry>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(|f| f.file_name());
    let mut entries = Vec::new();
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".rs") {
            continue;
        }
        let text = fs::read_to_string(file.path())?;
        entries.extend(parse(&name, &text).map_err(|e| format!("src/capi/{name}: {e}"))?);
    }
    Ok(entries)
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
