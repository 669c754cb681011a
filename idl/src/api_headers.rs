//! The C headers of the functions: fragments of ours (`idl/headers/*.h.in`) with the prototypes of the
//! entries in `src/capi/` put in, as cbindgen says them.
//!
//! A line of a fragment that begins with `@` is a place for prototypes:
//!
//! ```text
//! @fn libxl_ctx_alloc libxl_ctx_free    these functions
//! @file ctx                             those of src/capi/ctx.rs that no `@fn` names
//! ```
//!
//! cbindgen makes one text of all entries, which is taken apart by function: a builder for each header
//! could not place older signatures right behind the function they stand for. The doc comment of an entry
//! becomes the comment of its prototype, without `# Safety` and without Rust's markup.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::entries;

/// The headers that are made here.
const HEADERS: [&str; 5] =
    ["libxl.h", "libxl_event.h", "libxl_json.h", "libxl_utils.h", "libxl_uuid.h"];

/// Its return type depends on `LIBXL_API_VERSION`: the fragment says it.
const BY_HAND: [&str; 1] = ["libxl_basename"];

/// C names of types that Rust writes differently.
const TYPES: [(&str, &str); 3] = [
    ("pollfd", "struct pollfd"),
    ("timeval", "struct timeval"),
    ("libxl_event_predicate", "libxl_event_predicate *"),
];

/// Every header, name and text. `root` is the project's.
pub fn headers(root: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let capi = root.join("src/capi");
    let entries = entries::read(&capi)?;
    let mut prototypes = prototypes(&capi, &entries)?;
    for name in BY_HAND {
        prototypes.remove(name).ok_or_else(|| format!("{name} is gone from src/capi"))?;
    }

    let fragments = HEADERS
        .iter()
        .map(|name| fs::read_to_string(root.join(format!("idl/headers/{name}.in"))))
        .collect::<Result<Vec<_>, _>>()?;
    let named: Vec<&str> = fragments
        .iter()
        .flat_map(|text| text.lines().filter_map(|line| line.strip_prefix("@fn ")))
        .flat_map(str::split_whitespace)
        .collect();

    let mut out = Vec::new();
    for (name, fragment) in HEADERS.iter().zip(&fragments) {
        let mut text = String::new();
        for line in fragment.lines() {
            let Some(place) = line.strip_prefix('@') else {
                text += line;
                text.push('\n');
                continue;
            };
            let functions: Vec<&str> = match place.split_once(' ') {
                Some(("fn", names)) => names.split_whitespace().collect(),
                Some(("file", file)) => entries
                    .iter()
                    .filter(|e| e.file == format!("{file}.rs"))
                    .map(|e| e.name.as_str())
                    .filter(|n| !named.contains(n) && !BY_HAND.contains(n))
                    .collect(),
                _ => return Err(format!("{name}.in: what is {line:?}?").into()),
            };
            for function in functions {
                let prototype = prototypes
                    .remove(function)
                    .ok_or_else(|| format!("{name}.in: {function} is no entry, or placed twice"))?;
                // A commented prototype stands apart.
                if prototype.starts_with("/*") && !text.ends_with("\n\n") {
                    text.push('\n');
                }
                text += &prototype;
            }
        }
        out.push(((*name).to_owned(), text));
    }
    if let Some(name) = prototypes.keys().next() {
        return Err(format!("{name} is in no header: place it in idl/headers").into());
    }
    Ok(out)
}

/// The prototype of each entry with its comment, by name.
fn prototypes(
    capi: &Path,
    entries: &[entries::Entry],
) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        style: cbindgen::Style::Type,
        documentation: true,
        documentation_style: cbindgen::DocumentationStyle::C,
        usize_is_size_t: true,
        no_includes: true,
        line_length: 100,
        ..Default::default()
    };
    for (rust, c) in TYPES {
        config.export.rename.insert(rust.into(), c.into());
    }
    let mut files: Vec<&str> = entries.iter().map(|e| e.file.as_str()).collect();
    files.dedup();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in files {
        builder = builder.with_src(capi.join(file));
    }
    let mut text = Vec::new();
    builder.generate()?.write(&mut text);
    let text = String::from_utf8(text)?;

    let mut out = BTreeMap::new();
    for entry in entries {
        out.insert(
            entry.name.clone(),
            one(&text, &entry.name).ok_or_else(|| {
                format!("src/capi/{}: cbindgen does not see {}", entry.file, entry.name)
            })?,
        );
    }
    Ok(out)
}

/// What cbindgen says of `name`, its comment made plain.
fn one(text: &str, name: &str) -> Option<String> {
    let call = format!("{name}(");
    let at = text.match_indices(&call).map(|(at, _)| at).find(|at| {
        let line = text[..*at].rfind('\n').map_or(0, |n| n + 1);
        // A prototype starts at the margin; a comment's lines are indented.
        !text[line..].starts_with(' ') && text[..*at].ends_with([' ', '*'])
    })?;
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = at + text[at..].find(";\n")? + 2;
    let prototype = text[start..end].replace(" * ", " *");
    let doc = text[..start]
        .strip_suffix("*/\n")
        .map_or("", |before| before.rfind("/*\n").map_or("", |open| &before[open + 3..]));
    Some(comment(doc) + &prototype)
}

/// A doc comment in C: the paragraphs before `# Safety`, without markup, filled to the width.
fn comment(doc: &str) -> String {
    let mut paragraphs = vec![String::new()];
    for line in doc.lines().map(str::trim) {
        if line == "# Safety" {
            break;
        }
        let last = paragraphs.last_mut().expect("never empty");
        if line.is_empty() {
            paragraphs.push(String::new());
        } else {
            // An item of a list begins a line of its own.
            last.push_str(if line.starts_with("- ") { "\n" } else { " " });
            last.push_str(&line.replace("[`", "").replace("`]", "").replace('`', ""));
        }
    }
    paragraphs.retain(|p| !p.is_empty() && p.trim() != "Not there yet.");
    if paragraphs.is_empty() {
        return String::new();
    }
    let mut lines = Vec::new();
    for (i, paragraph) in paragraphs.iter().enumerate() {
        if i > 0 {
            lines.push(String::new());
        }
        for item in paragraph.split('\n').filter(|item| !item.is_empty()) {
            let mut line = String::new();
            for word in item.split_whitespace() {
                if line.chars().count() + word.chars().count() > 96 && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            lines.push(line);
        }
    }
    // "*/" inside would end the comment, "/*" is a warning.
    let text = lines.join("\n * ").replace(" * \n", " *\n");
    let text = text.replace("*/", "* /");
    format!("/* {text} */\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_lose_safety_and_markup() {
        let doc = " Frees `p`, see\n [`libxl_x`].\n\n # Safety\n NULL or valid.\n ";
        assert_eq!(comment(doc), "/* Frees p, see libxl_x. */\n");
        assert_eq!(comment(" Not there yet.\n\n # Safety\n x\n"), "");
    }

    #[test]
    fn finds_the_prototype_not_its_mention() {
        let text = "/*\n Like libxl_b( but.\n */\nint libxl_a(int x);\n\nchar *libxl_b(int x,\n        int y);\n";
        assert_eq!(one(text, "libxl_b").unwrap(), "char *libxl_b(int x,\n        int y);\n");
        assert_eq!(
            one(text, "libxl_a").unwrap(),
            "/* Like libxl_b( but. */\nint libxl_a(int x);\n"
        );
    }
}
