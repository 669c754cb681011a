//! A C file that includes our headers must compile as with the distribution's, in every release that a Debian has: the
//! same macros and the same declarations for every `LIBXL_API_VERSION`, in C99 and C++, each header also alone.

#[path = "../../support/debian_xen.rs"]
mod debian_xen;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use debian_xen::{Debian, root};
use xenlight_idl::{Release, public_names};

const HEADERS: [&str; 5] =
    ["libxl.h", "libxl_event.h", "libxl_json.h", "libxl_utils.h", "libxl_uuid.h"];

/// What the headers of a release take for `LIBXL_API_VERSION`.
struct Versions {
    /// What the distribution's headers take; none is the newest.
    taken: &'static [Option<u32>],
    /// What ours take besides, as the same as the distribution's newest.
    besides: &'static [u32],
    refused: &'static [u32],
}

fn versions(release: Release) -> Versions {
    const OLD: [Option<u32>; 10] = [
        None,
        Some(0x040200),
        Some(0x040300),
        Some(0x040400),
        Some(0x040500),
        Some(0x040700),
        Some(0x040800),
        Some(0x041300),
        Some(0x041400),
        Some(0x041800),
    ];
    match release.name() {
        "4.17" => Versions {
            taken: &OLD[..9],
            besides: &[0x041500, 0x041600, 0x041700],
            refused: &[0, 0x040100, 0x040201, 0x040600, 0x041800, 0x050000],
        },
        "4.20" => Versions {
            taken: &OLD,
            besides: &[],
            refused: &[0, 0x040100, 0x040201, 0x040600, 0x041700, 0x041900, 0x042000, 0x050000],
        },
        other => panic!("which versions does {other} take?"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lang {
    C,
    Cxx,
}

/// Whose headers come first.
#[derive(Clone, Copy, Debug)]
enum Whose<'a> {
    /// The distribution's, and no others.
    Theirs(&'a Debian),
    /// Ours of that release, then the distribution's.
    Ours(&'a Debian),
}

impl Whose<'_> {
    fn include(self) -> Vec<PathBuf> {
        match self {
            Self::Theirs(debian) => debian.include(),
            Self::Ours(debian) => {
                let ours = ["-I".into(), root().join(debian.release.include())];
                ours.into_iter().chain(debian.include()).collect()
            }
        }
    }
}

/// Runs the compiler over `text`.
fn compiler(
    lang: Lang,
    whose: Whose,
    version: Option<u32>,
    more: &[&str],
    text: &str,
) -> Result<String, String> {
    use std::io::Write;
    let (command, language, standard) = match lang {
        Lang::C => ("cc", "c", "-std=c99"),
        Lang::Cxx => ("c++", "c++", "-std=c++11"),
    };
    let mut cc = Command::new(command);
    cc.args([standard, "-Wall", "-Wextra", "-Werror"]);
    // The distribution's libxl_json.h needs to be told that there is yajl 2.
    cc.arg("-DHAVE_YAJL_YAJL_VERSION_H=1");
    if let Some(version) = version {
        cc.arg(format!("-DLIBXL_API_VERSION={version:#08x}"));
    }
    cc.args(whose.include()).args(more).args(["-x", language, "-"]);
    let mut child = cc
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("a compiler is installed");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A compiler that has given up no longer reads.
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the compiler ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn including(headers: &[&str]) -> String {
    headers.iter().map(|h| format!("#include <{h}>\n")).collect()
}

/// Every macro and what it stands for, white space aside.
fn macros(whose: Whose, version: Option<u32>) -> BTreeMap<String, String> {
    let text = compiler(Lang::C, whose, version, &["-E", "-dM"], &including(&HEADERS))
        .unwrap_or_else(|e| panic!("{version:x?}: {e}"));
    text.lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .map(|line| {
            // A function-like macro's name ends with its parameters.
            let name =
                line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len());
            let words: Vec<&str> = line[name..].split_whitespace().collect();
            (line[..name].to_owned(), words.join(" "))
        })
        .filter(|(name, _)| name != "LIBXL_API_VERSION")
        .collect()
}

/// The declarations at file scope that come from libxl's headers: functions, inline ones included (their
/// bodies dropped), and data.
fn declarations(debian: &Debian, version: Option<u32>) -> BTreeMap<String, String> {
    let whose = Whose::Theirs(debian);
    let text =
        compiler(Lang::C, whose, version, &["-E"], &including(&HEADERS)).expect("libxen-dev");
    let mut ours = false;
    let mut source = String::new();
    for line in text.lines() {
        if let Some(marker) = line.strip_prefix("# ") {
            let file = marker.split('"').nth(1).unwrap_or_default();
            let name = file.rsplit('/').next().unwrap_or_default();
            ours = name.starts_with("libxl") || name.starts_with("_libxl");
        } else if ours {
            source.push_str(line);
            source.push(' ');
        }
    }
    let mut out = BTreeMap::new();
    let (mut one, mut depth) = (String::new(), 0);
    for c in source.chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                // The end of an inline function; a struct's comes with a semicolon.
                if depth == 0 && one.trim_start().starts_with("static") {
                    keep(&mut out, &std::mem::take(&mut one));
                }
            }
            ';' if depth == 0 => keep(&mut out, &std::mem::take(&mut one)),
            _ if depth == 0 => one.push(c),
            _ => {}
        }
    }
    out
}

fn keep(out: &mut BTreeMap<String, String>, declaration: &str) {
    let text = declaration.split_whitespace().collect::<Vec<_>>().join(" ").replace("inline ", "");
    if ["typedef", "struct", "enum", "union"].iter().any(|w| text.starts_with(w)) || text.is_empty()
    {
        return;
    }
    let end = text.find(['(', '[']).unwrap_or_else(|| panic!("what is {text:?}?"));
    let start = text[..end].rfind([' ', '*']).expect("a type comes first") + 1;
    let name = &text[start..end];
    // The distribution's headers leak private functions, which are none of the interface.
    if !name.starts_with("libxl__") || text.starts_with("static") {
        out.insert(name.to_owned(), text.clone());
    }
}

/// Our headers, then each name used, then each declaration of the distribution's once more: a C compiler
/// refuses a declaration that disagrees with an earlier one.
fn against_ours(declarations: &BTreeMap<String, String>, lang: Lang) -> String {
    let mut text = including(&HEADERS);
    // A name may be a macro for an older signature: what is compared is behind it.
    for name in declarations.keys() {
        text += &format!("#undef {name}\n");
    }
    text += "#include <stddef.h>\nextern const void *const used[];\nconst void *const used[] = {\n";
    for name in declarations.keys() {
        text += &format!("    (const void *)(size_t)&{name},\n");
    }
    text += "};\n";
    if lang == Lang::Cxx {
        text += "extern \"C\" {\n";
    }
    for declaration in declarations.values() {
        text += &format!("{declaration};\n");
    }
    if lang == Lang::Cxx {
        text += "}\n";
    }
    text
}

#[test]
fn macros_are_the_same() {
    for debian in &Debian::all() {
        let Versions { taken, besides, .. } = versions(debian.release);
        for &version in taken {
            let theirs = macros(Whose::Theirs(debian), version);
            let ours = macros(Whose::Ours(debian), version);
            let which = format!("{debian:?}, version {version:x?}");
            assert!(theirs.keys().filter(|n| n.starts_with("LIBXL_HAVE_")).count() > 130);
            for (name, value) in &theirs {
                assert_eq!(ours.get(name), Some(value), "{name}, {which}");
            }
            for name in ours.keys() {
                assert!(theirs.contains_key(name), "{name} is ours alone, {which}");
            }
        }
        let newest = taken.last().expect("some are taken");
        let newest = macros(Whose::Ours(debian), *newest);
        for &version in besides {
            assert_eq!(macros(Whose::Ours(debian), Some(version)), newest, "{version:x}");
        }
    }
}

const SYNTAX: [&str; 3] = ["-fsyntax-only", "-Wno-unused-function", "-Wno-array-parameter"];

#[test]
fn declarations_are_the_same() {
    for debian in &Debian::all() {
        for &version in versions(debian.release).taken {
            let declarations = declarations(debian, version);
            assert!(declarations.len() >= 900, "{} names", declarations.len());
            for lang in [Lang::C, Lang::Cxx] {
                let text = against_ours(&declarations, lang);
                compiler(lang, Whose::Ours(debian), version, &SYNTAX, &text)
                    .unwrap_or_else(|e| panic!("{debian:?}, {lang:?}, version {version:x?}:\n{e}"));
            }
        }
    }
}

#[test]
fn a_wrong_declaration_is_found() {
    let debian = &Debian::all()[0];
    let mut declarations = declarations(debian, None);
    let one = declarations.get_mut("libxl_domain_pause").expect("it is there");
    *one = one.replace("uint32_t domid", "uint64_t domid");
    for lang in [Lang::C, Lang::Cxx] {
        let text = against_ours(&declarations, lang);
        let error = compiler(lang, Whose::Ours(debian), None, &SYNTAX, &text)
            .expect_err("must not compile");
        assert!(error.contains("conflicting") && error.contains("libxl_domain_pause"), "{error}");
    }
}

#[test]
fn every_public_name_is_declared() {
    for debian in &Debian::all() {
        let declarations = declarations(debian, None);
        let list = public_names::read(root(), debian.release).expect("src/exports.txt");
        assert!(list.len() >= 900);
        for name in list {
            assert!(declarations.contains_key(&name.name), "{name:?}, {debian:?}");
        }
    }
}

#[test]
fn each_header_compiles_alone() {
    for debian in &Debian::all() {
        let Versions { taken, besides, .. } = versions(debian.release);
        for header in HEADERS {
            for version in taken.iter().copied().chain(besides.iter().copied().map(Some)) {
                for lang in [Lang::C, Lang::Cxx] {
                    compiler(
                        lang,
                        Whose::Ours(debian),
                        version,
                        &["-fsyntax-only", "-pedantic"],
                        &including(&[header]),
                    )
                    .unwrap_or_else(|e| {
                        panic!("{header}, {debian:?}, {lang:?}, version {version:x?}:\n{e}")
                    });
                }
            }
        }
    }
}

#[test]
fn unknown_versions_are_refused() {
    for debian in &Debian::all() {
        for &version in versions(debian.release).refused {
            for whose in [Whose::Theirs(debian), Whose::Ours(debian)] {
                let syntax = ["-fsyntax-only"];
                let text = "#include <libxl.h>\n";
                let error = compiler(Lang::C, whose, Some(version), &syntax, text)
                    .expect_err("must not compile");
                assert!(error.contains("LIBXL_API_VERSION"), "{error}");
            }
        }
    }
}

/// Old programs: each calls what changed with the arguments of its time.
#[test]
fn older_signatures_are_mapped() {
    const CALLS: &str = "
        #include <libxl.h>
        #include <libxl_utils.h>
        void calls(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *map);
        void calls(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *map) {
            libxl_domain_config config;
            libxl_uuid a, b;
            char *out = NULL;
            libxl_asyncop_how *how = NULL;
            libxl_asyncprogress_how *progress = NULL;
            libxl_domain_config_init(&config);
        #if LIBXL_API_VERSION < 0x040400
            libxl_domain_create_restore(ctx, &config, &domid, 0, how, progress);
        #elif LIBXL_API_VERSION < 0x040700
            libxl_domain_create_restore(ctx, &config, &domid, 0, NULL, how, progress);
        #else
            libxl_domain_create_restore(ctx, &config, &domid, 0, -1, NULL, how, progress);
        #endif
        #if LIBXL_API_VERSION < 0x040500
            libxl_uuid_copy(&a, &b);
            libxl_set_vcpuaffinity(ctx, domid, 0, map);
            libxl_set_vcpuaffinity_all(ctx, domid, 1, map);
        #else
            libxl_uuid_copy(ctx, &a, &b);
            libxl_set_vcpuaffinity(ctx, domid, 0, map, NULL);
            libxl_set_vcpuaffinity_all(ctx, domid, 1, map, map);
        #endif
        #if LIBXL_API_VERSION < 0x040800
            { uint32_t kb; libxl_get_memory_target(ctx, domid, &kb); libxl_get_free_memory(ctx, &kb);
              libxl_domain_need_memory(ctx, &config.b_info, &kb); }
            libxl_console_exec(ctx, domid, 0, LIBXL_CONSOLE_TYPE_PV);
            libxl_primary_console_exec(ctx, domid);
        #else
            { uint64_t kb; libxl_get_memory_target(ctx, domid, &kb); libxl_get_free_memory(ctx, &kb);
        #if LIBXL_API_VERSION < 0x041300
              libxl_domain_need_memory(ctx, &config.b_info, &kb); }
        #else
              libxl_domain_need_memory(ctx, &config, domid, &kb); }
        #endif
        #if defined(LIBXL_HAVE_CONSOLE_ESCAPE_CHARACTER) && LIBXL_API_VERSION >= 0x041800
            libxl_console_exec(ctx, domid, 0, LIBXL_CONSOLE_TYPE_PV, -1, out);
            libxl_primary_console_exec(ctx, domid, -1, out);
        #else
            libxl_console_exec(ctx, domid, 0, LIBXL_CONSOLE_TYPE_PV, -1);
            libxl_primary_console_exec(ctx, domid, -1);
        #endif
        #endif
        #if LIBXL_API_VERSION < 0x041300
            libxl_retrieve_domain_configuration(ctx, domid, &config);
            libxl_domain_shutdown(ctx, domid); libxl_domain_reboot(ctx, domid);
            libxl_domain_pause(ctx, domid); libxl_domain_unpause(ctx, domid);
            libxl_set_vcpuonline(ctx, domid, map);
            libxl_send_trigger(ctx, domid, LIBXL_TRIGGER_NMI, 0);
            libxl_qemu_monitor_command(ctx, domid, \"info\", &out);
        #else
            libxl_retrieve_domain_configuration(ctx, domid, &config, how);
            libxl_domain_shutdown(ctx, domid, how); libxl_domain_reboot(ctx, domid, how);
            libxl_domain_pause(ctx, domid, how); libxl_domain_unpause(ctx, domid, how);
            libxl_set_vcpuonline(ctx, domid, map, how);
            libxl_send_trigger(ctx, domid, LIBXL_TRIGGER_NMI, 0, how);
            libxl_qemu_monitor_command(ctx, domid, \"info\", &out, how);
        #endif
        #if LIBXL_API_VERSION < 0x041400
            libxl_cpuid_apply_policy(ctx, domid);
            libxl_cpuid_set(ctx, domid, NULL);
        #endif
        #if LIBXL_API_VERSION < 0x040500
            { const char *base = libxl_basename(\"/a/b\"); (void)base; }
        #else
            { char *base = libxl_basename(\"/a/b\"); (void)base; }
        #endif
        #if LIBXL_API_VERSION >= 0x040500 && LIBXL_API_VERSION < 0x040700
            (void)ERROR_REMUS_DEVOPS_DOES_NOT_MATCH;
        #endif
        }
    ";
    for debian in &Debian::all() {
        let Versions { taken, besides, .. } = versions(debian.release);
        for version in taken.iter().copied().flatten().chain(besides.iter().copied()) {
            for lang in [Lang::C, Lang::Cxx] {
                for whose in [Whose::Theirs(debian), Whose::Ours(debian)] {
                    let theirs = matches!(whose, Whose::Theirs(_));
                    // The distribution's take no later number, nor do they pass as C++ everywhere.
                    if theirs && (lang == Lang::Cxx || besides.contains(&version)) {
                        continue;
                    }
                    compiler(lang, whose, Some(version), &["-fsyntax-only"], CALLS).unwrap_or_else(
                        |e| panic!("{lang:?}, {whose:?}, version {version:x}:\n{e}"),
                    );
                }
            }
        }
    }
}
