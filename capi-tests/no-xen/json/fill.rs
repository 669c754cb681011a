//! Random values of any type, through its table. The same seed gives the same value in both libraries.

use std::ffi::{CString, c_char, c_int};

use xenlight::types::shape::{Builtin, FieldShape, Shape, Type};

use super::library::Library;

/// A small generator of numbers (splitmix64): the same on every machine.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Small numbers, ends of ranges, and any; not the greatest of 63 bits, which the C library takes
    /// for an overflow if any number before it was one.
    fn number(&mut self) -> u64 {
        let number = match self.below(5) {
            0 => self.next(),
            1 => 0u64.wrapping_sub(self.below(3) as u64),
            2 => 1u64 << self.below(64),
            3 => (1u64 << self.below(64)).wrapping_sub(1),
            _ => self.below(100) as u64,
        };
        if number == i64::MAX as u64 { 7 } else { number }
    }

    /// A string without NUL: words, escapes, UTF-8, control characters, at times bytes that are none
    /// of these.
    fn text(&mut self) -> Vec<u8> {
        let parts: [&[u8]; 16] = [
            b"phy:/dev/vg/guest",
            b"a",
            b" ",
            b"\"",
            b"\\",
            b"/",
            b"\n\r\t",
            b"\x08\x0c",
            b"\x01\x1f",
            b"\x7f",
            "é€😀".as_bytes(),
            b"\\u0041",
            b"{}[],:",
            b"<default>",
            b"0123456789abcdef0123456789abcdef",
            b"\xff",
        ];
        let mut text = Vec::new();
        for _ in 0..self.below(5) {
            let among = if self.below(50) == 0 { parts.len() } else { parts.len() - 1 };
            text.extend_from_slice(parts[self.below(among)]);
        }
        text
    }
}

/// Settings that both libraries take for a cpuid policy.
const CPUID: [&str; 8] = [
    "0x1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx10,edx=0000xxxxssssskkkk11111111111111x",
    "0x7,0:ebx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0",
    "0xd,0x1:eax=xxxxxxxxxxxxxxxxxxxxxxxxxxxx0xxx",
    "0xffffff00:edx=11111111111111111111111111111111",
    "family=15",
    "sse3=0",
    "tm=1",
    "nx=k",
];

/// Fills a value that its library has initialised.
///
/// # Safety
/// `p` is a value of type `ty` of the library, and owns nothing yet.
pub unsafe fn fill(random: &mut Random, library: &Library, p: *mut u8, ty: &Type) {
    // SAFETY: the caller's contract: `p` has what the table says.
    unsafe {
        match ty.shape {
            Shape::Bool => p.write(random.below(2) as u8),
            Shape::Int { .. } => {
                let number = random.number().to_le_bytes();
                p.copy_from_nonoverlapping(number.as_ptr(), ty.size);
            }
            Shape::String => p.cast::<*mut c_char>().write(string(random)),
            Shape::Enum(values) => {
                let value = match random.below(20) {
                    // One of a newer header.
                    0 => 1000,
                    _ => random.pick(&values).value,
                };
                p.cast::<c_int>().write(value);
            }
            Shape::Builtin(kind) => builtin(random, library, p, kind),
            Shape::Struct(body) => {
                // Every other value is sparse, as real ones are.
                let rare = if random.below(2) == 0 { 6 } else { 1 };
                for field in body.fields.iter().filter(|f| !f.is_const) {
                    if random.below(6) < rare {
                        continue;
                    }
                    let at = p.add(field.offset as usize);
                    match &field.shape {
                        FieldShape::Plain(ty) => fill(random, library, at, ty),
                        FieldShape::Array { element, count_offset } => {
                            let count = random.below(4);
                            let elements = calloc(count, element.size);
                            for i in 0..count {
                                let element_at = elements.add(i * element.size);
                                if let Shape::Struct(_) = element.shape {
                                    library.init(element_at, element);
                                }
                                fill(random, library, element_at, element);
                            }
                            at.cast::<*mut u8>().write(elements);
                            p.add(*count_offset as usize).cast::<c_int>().write(count as c_int);
                        }
                        FieldShape::Union(union) => {
                            let member = random.pick(&union.members);
                            p.add(union.key_offset.into()).cast::<c_int>().write(member.value);
                            if let Some(ty) = member.ty {
                                fill(random, library, at, &ty);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// # Safety
/// As for [`fill`].
unsafe fn builtin(random: &mut Random, library: &Library, p: *mut u8, kind: Builtin) {
    let mut bytes = |p: *mut u8, n: usize| {
        for i in 0..n {
            // SAFETY: the callers below give memory of that size.
            unsafe { p.add(i).write(random.next() as u8) }
        }
    };
    // SAFETY: the caller's contract; each arm writes what the header says of the type.
    unsafe {
        match kind {
            Builtin::Defbool => p.cast::<c_int>().write(random.number() as c_int),
            Builtin::Uuid | Builtin::MsVmGenid => bytes(p, 16),
            Builtin::Mac => bytes(p, 6),
            Builtin::Hwcap => bytes(p, 32),
            Builtin::Bitmap => {
                let size = random.below(20);
                let map = calloc(size, 1);
                for _ in 0..random.below(30).min(size * 8) {
                    let bit = random.below(size * 8);
                    *map.add(bit / 8) |= 1 << (bit % 8);
                }
                p.cast::<u32>().write(size as u32);
                p.cast::<*mut u8>().add(1).write(map);
            }
            Builtin::CpuidPolicyList => {
                // Each once: the C library loses the register that a second one sets.
                for setting in CPUID {
                    if random.below(4) == 0 {
                        library.add_cpuid(p, &CString::new(setting).unwrap());
                    }
                }
            }
            Builtin::StringList => {
                let count = random.below(4);
                let list: *mut *mut c_char = calloc(count + 1, size_of::<*mut c_char>()).cast();
                for i in 0..count {
                    list.add(i).write(certain_string(random));
                }
                p.cast::<*mut *mut c_char>().write(list);
            }
            Builtin::KeyValueList => {
                let count = random.below(4);
                let list: *mut *mut c_char = calloc(2 * count + 1, size_of::<*mut c_char>()).cast();
                for i in 0..count {
                    list.add(2 * i).write(certain_string(random));
                    list.add(2 * i + 1).write(string(random));
                }
                p.cast::<*mut *mut c_char>().write(list);
            }
        }
    }
}

fn calloc(count: usize, size: usize) -> *mut u8 {
    // SAFETY: calloc takes any numbers.
    unsafe { libc::calloc(count, size) }.cast()
}

/// A string or NULL.
fn string(random: &mut Random) -> *mut c_char {
    if random.below(8) == 0 { std::ptr::null_mut() } else { certain_string(random) }
}

fn certain_string(random: &mut Random) -> *mut c_char {
    let text = CString::new(random.text()).unwrap();
    // SAFETY: a C string.
    unsafe { libc::strdup(text.as_ptr()) }
}

/// A text for the reader of a failure.
pub fn shown(json: &[u8]) -> String {
    json.escape_ascii().to_string().replace("\\n", "\n").replace("\\\"", "\"")
}
