//! Writes the C headers of the functions: the templates `idl/headers/*.h.in`, into which cbindgen's prototypes of
//! the entries in `src/capi/` are inserted.
//!
//! A line of a template that begins with `@` is an instruction:
//!
//! ```text
//! @fn libxl_ctx_alloc libxl_ctx_free    the prototypes of these functions
//! @file ctx                             those of the functions in src/capi/ctx.rs that no `@fn` names
//! @since 4.18 #define LIBXL_HAVE_X 1    this line for 4.18 and later; `@until 4.18`: for releases before it
//! @since 4.18                           the same for all lines ...
//! @end                                  ... up to here
//! ```
//!
//! cbindgen writes the prototypes of all entries as one text, which is split by function here, so that a
//! template can place a compatibility wrapper right after the function that it wraps. The doc comment of an entry
//! becomes the comment of its prototype, without `# Safety` and without Rust's markup.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::entries;
use crate::release::Release;

/// The headers that are written here.
const HEADERS: [&str; 5] =
    ["libxl.h", "libxl_event.h", "libxl_json.h", "libxl_utils.h", "libxl_uuid.h"];

/// Functions whose prototype is in a template: its return type depends on `LIBXL_API_VERSION`.
const IN_TEMPLATE: [&str; 1] = ["libxl_basename"];

/// C names of types that Rust writes differently.
const TYPES: [(&str, &str); 3] = [
    ("pollfd", "struct pollfd"),
    ("timeval", "struct timeval"),
    ("libxl_event_predicate", "libxl_event_predicate *"),
];

/// Every header of `release`, name and text. `root` is the project's.
pub fn headers(root: &Path, release: Release) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let capi = root.join("src/capi");
    let entries = entries::read(&capi, release)?;
    let mut prototypes = prototypes(&capi, &entries)?;
    for name in IN_TEMPLATE {
        prototypes.remove(name).ok_or_else(|| format!("{name} is missing in src/capi"))?;
    }

    let templates = HEADERS
        .iter()
        .map(|name| {
            let text = fs::read_to_string(root.join(format!("idl/headers/{name}.in")))?;
            lines_of(&text, release).map_err(|e| format!("{name}.in:{e}").into())
        })
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let named: Vec<&str> = templates
        .iter()
        .flat_map(|text| text.lines().filter_map(|line| line.strip_prefix("@fn ")))
        .flat_map(str::split_whitespace)
        .collect();

    let mut out = Vec::new();
    for (name, template) in HEADERS.iter().zip(&templates) {
        let mut text = String::new();
        for line in template.lines() {
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
                    .filter(|n| !named.contains(n) && !IN_TEMPLATE.contains(n))
                    .collect(),
                _ => return Err(format!("{name}.in: unknown directive {line:?}").into()),
            };
            for function in functions {
                let prototype = prototypes.remove(function).ok_or_else(|| {
                    format!("{name}.in: {function} is not in src/capi, or is placed twice")
                })?;
                // A prototype with a comment is preceded by an empty line.
                if prototype.starts_with("/*") && !text.ends_with("\n\n") {
                    text.push('\n');
                }
                text += &prototype;
            }
        }
        out.push(((*name).to_owned(), text));
    }
    if let Some(name) = prototypes.keys().next() {
        return Err(format!("{name} is in no header: add it to a template in idl/headers").into());
    }
    Ok(out)
}

/// The lines of a template that `release` has. An error begins with the line's number.
fn lines_of(template: &str, release: Release) -> Result<String, String> {
    let mut out = String::new();
    // Where a block begins, and whether `release` has it.
    let mut block: Option<(usize, bool)> = None;
    for (number, line) in (1..).zip(template.lines()) {
        let error = |what: &str| format!("{number}: {what}");
        let instruction = ["@since ", "@until "].iter().find_map(|word| line.strip_prefix(word));
        if line == "@end" {
            block.take().ok_or_else(|| error("`@end` without a beginning"))?;
        } else if let Some(rest) = instruction {
            if block.is_some() {
                return Err(error("a block inside another"));
            }
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let at = name.parse::<Release>().map_err(|e| error(&e))?;
            let has = if line.starts_with("@since") { release >= at } else { release < at };
            match text {
                "" => block = Some((number, has)),
                text if has => out += &format!("{text}\n"),
                _ => {}
            }
        } else if block.is_none_or(|(_, has)| has) {
            out += &format!("{line}\n");
        }
    }
    match block {
        Some((number, _)) => Err(format!("{number}: a block without `@end`")),
        None => Ok(out),
    }
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
            prototype(&text, &entry.name).ok_or_else(|| {
                format!("src/capi/{}: cbindgen does not see {}", entry.file, entry.name)
            })?,
        );
    }
    Ok(out)
}

/// The prototype of `name` in cbindgen's output, with its comment as [`comment`] formats it.
fn prototype(text: &str, name: &str) -> Option<String> {
    let call = format!("{name}(");
    let at = text.match_indices(&call).map(|(at, _)| at).find(|at| {
        let line = text[..*at].rfind('\n').map_or(0, |n| n + 1);
        // A prototype starts in the first column; a comment's lines are indented.
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

/// Formats a doc comment for C: the paragraphs before `# Safety`, without markup, wrapped.
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
            // An item of a list begins a new line.
            last.push_str(if line.starts_with("- ") { "\n" } else { " " });
            last.push_str(&plain(line));
        }
    }
    paragraphs.retain(|p| !p.is_empty() && p.trim() != "Not implemented yet.");
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
    // A "*/" in the text would end the comment.
    let text = lines.join("\n * ").replace(" * \n", " *\n");
    let text = text.replace("*/", "* /");
    format!("/* {text} */\n")
}

/// A line without Rust's markup. Of a link with a path, ``[`name`](path)``, the name is left.
fn plain(line: &str) -> String {
    let mut parts = line.split("`](");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += part.split_once(')').map_or(part, |(_path, rest)| rest);
    }
    out.replace("[`", "").replace("`]", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_lines_of_some_releases() {
        let template =
            "a\n@since 4.18 b\n@until 4.18\nc\n  d\n@end\n@since 4.19\ne\n@end\n\n@fn f\n";
        let lines = |name: &str| lines_of(template, name.parse().unwrap()).unwrap();
        assert_eq!(lines("4.17"), "a\nc\n  d\n\n@fn f\n");
        assert_eq!(lines("4.18"), "a\nb\n\n@fn f\n");
        assert_eq!(lines("4.20"), "a\nb\ne\n\n@fn f\n");
        let refused = |text: &str| lines_of(text, Release::DEFAULT).unwrap_err();
        assert_eq!(refused("a\n@end\n"), "2: `@end` without a beginning");
        assert_eq!(refused("@since 4.18\na\n"), "1: a block without `@end`");
        assert_eq!(refused("@since 4.18\n@until 4.19 a\n@end\n"), "2: a block inside another");
        assert!(refused("@since 4.1 a\n").starts_with("1: unknown release `4.1`"));
    }

    /// Those of a release that no Debian has are not committed, and so are seen here only.
    #[test]
    fn each_release_has_its_headers() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let libxl_h: Vec<(Release, String)> = Release::all()
            .map(|r| (r, headers(&root, r).unwrap_or_else(|e| panic!("{r}: {e}")).remove(0).1))
            .collect();
        let has = |text: &str| {
            let releases = libxl_h.iter().filter(|(_, header)| header.contains(text));
            releases.map(|(r, _)| r.name()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(has(" libxl_console_add_xenstore(libxl_ctx *ctx"), "4.18 4.19 4.20 4.21");
        assert_eq!(has("#define LIBXL_HAVE_HVM_PIRQ 1\n"), "4.19 4.20 4.21");
    }

    #[test]
    fn comments_lose_safety_and_markup() {
        let doc = " Frees `p`, see\n [`libxl_x`].\n\n # Safety\n NULL or valid.\n ";
        assert_eq!(comment(doc), "/* Frees p, see libxl_x. */\n");
        let doc = " As [`libxl_x`](super::x::libxl_x), and [`libxl_y`](super::y) (both).\n";
        assert_eq!(comment(doc), "/* As libxl_x, and libxl_y (both). */\n");
        assert_eq!(comment(" Not implemented yet.\n\n # Safety\n x\n"), "");
    }

    #[test]
    fn finds_the_prototype_not_its_mention() {
        let text = "/*\n Like libxl_b( but.\n */\nint libxl_a(int x);\n\nchar *libxl_b(int x,\n        int y);\n";
        assert_eq!(prototype(text, "libxl_b").unwrap(), "char *libxl_b(int x,\n        int y);\n");
        assert_eq!(
            prototype(text, "libxl_a").unwrap(),
            "/* Like libxl_b( but. */\nint libxl_a(int x);\n"
        );
    }
}
