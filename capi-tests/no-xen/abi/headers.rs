//! A C file that includes our headers must compile as with the distribution's: the same macros and the
//! same declarations for every `LIBXL_API_VERSION`, in C99 and C++, each header also alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADERS: [&str; 5] =
    ["libxl.h", "libxl_event.h", "libxl_json.h", "libxl_utils.h", "libxl_uuid.h"];

/// What the distribution's headers take; none is the newest.
const VERSIONS: [Option<u32>; 9] = [
    None,
    Some(0x040200),
    Some(0x040300),
    Some(0x040400),
    Some(0x040500),
    Some(0x040700),
    Some(0x040800),
    Some(0x041300),
    Some(0x041400),
];

/// What ours take besides, as the same as the distribution's newest.
const LATER: [u32; 3] = [0x041500, 0x041600, 0x041700];

const REFUSED: [u32; 6] = [0, 0x040100, 0x040201, 0x040600, 0x041800, 0x050000];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lang {
    C,
    Cxx,
}

fn ours() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// Runs the compiler over `text`, with our headers in front or only the distribution's.
fn compiler(
    lang: Lang,
    own: bool,
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
    if own {
        cc.arg("-I").arg(ours());
    }
    cc.args(more).args(["-x", language, "-"]);
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
fn macros(own: bool, version: Option<u32>) -> BTreeMap<String, String> {
    let text = compiler(Lang::C, own, version, &["-E", "-dM"], &including(&HEADERS))
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
fn declarations(version: Option<u32>) -> BTreeMap<String, String> {
    let text =
        compiler(Lang::C, false, version, &["-E"], &including(&HEADERS)).expect("libxen-dev");
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
    for version in VERSIONS {
        let (theirs, ours) = (macros(false, version), macros(true, version));
        assert!(theirs.keys().filter(|n| n.starts_with("LIBXL_HAVE_")).count() > 130);
        for (name, value) in &theirs {
            assert_eq!(ours.get(name), Some(value), "{name} with version {version:x?}");
        }
        for name in ours.keys() {
            assert!(theirs.contains_key(name), "{name} is ours alone, with version {version:x?}");
        }
    }
    let newest = macros(true, Some(0x041400));
    for version in LATER {
        assert_eq!(macros(true, Some(version)), newest, "{version:x}");
    }
}

#[test]
fn declarations_are_the_same() {
    for version in VERSIONS {
        let declarations = declarations(version);
        assert!(declarations.len() >= 900, "{} names", declarations.len());
        for lang in [Lang::C, Lang::Cxx] {
            compiler(
                lang,
                true,
                version,
                &["-fsyntax-only", "-Wno-unused-function", "-Wno-array-parameter"],
                &against_ours(&declarations, lang),
            )
            .unwrap_or_else(|e| panic!("{lang:?}, version {version:x?}:\n{e}"));
        }
    }
}

#[test]
fn a_wrong_declaration_is_found() {
    let mut declarations = declarations(None);
    let one = declarations.get_mut("libxl_domain_pause").expect("it is there");
    *one = one.replace("uint32_t domid", "uint64_t domid");
    for lang in [Lang::C, Lang::Cxx] {
        let error = compiler(
            lang,
            true,
            None,
            &["-fsyntax-only", "-Wno-unused-function", "-Wno-array-parameter"],
            &against_ours(&declarations, lang),
        )
        .expect_err("must not compile");
        assert!(error.contains("conflicting") && error.contains("libxl_domain_pause"), "{error}");
    }
}

#[test]
fn every_public_name_is_declared() {
    let declarations = declarations(None);
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exports.txt");
    let list = std::fs::read_to_string(list).expect("src/exports.txt");
    assert_eq!(list.lines().count(), 900);
    for line in list.lines() {
        let name = line.split_whitespace().next().expect("a name");
        assert!(declarations.contains_key(name), "{name}");
    }
}

#[test]
fn each_header_compiles_alone() {
    for header in HEADERS {
        for version in VERSIONS.into_iter().chain(LATER.map(Some)) {
            for lang in [Lang::C, Lang::Cxx] {
                compiler(
                    lang,
                    true,
                    version,
                    &["-fsyntax-only", "-pedantic"],
                    &including(&[header]),
                )
                .unwrap_or_else(|e| panic!("{header}, {lang:?}, version {version:x?}:\n{e}"));
            }
        }
    }
}

#[test]
fn unknown_versions_are_refused() {
    for version in REFUSED {
        for own in [false, true] {
            let error =
                compiler(Lang::C, own, Some(version), &["-fsyntax-only"], "#include <libxl.h>\n")
                    .expect_err("must not compile");
            assert!(error.contains("LIBXL_API_VERSION"), "{error}");
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
            char *out;
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
            libxl_console_exec(ctx, domid, 0, LIBXL_CONSOLE_TYPE_PV, -1);
            libxl_primary_console_exec(ctx, domid, -1);
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
    for version in VERSIONS.into_iter().flatten().chain(LATER) {
        for lang in [Lang::C, Lang::Cxx] {
            for own in [false, true] {
                // The distribution's take no later number, nor do they pass as C++ everywhere.
                if own || (lang == Lang::C && !LATER.contains(&version)) {
                    compiler(lang, own, Some(version), &["-fsyntax-only"], CALLS).unwrap_or_else(
                        |e| panic!("{lang:?}, ours {own}, version {version:x}:\n{e}"),
                    );
                }
            }
        }
    }
}
