//! An application's yajl generator.

use std::ffi::{c_int, c_uchar, c_void};

use xenlight::types::sys::{yajl_gen, yajl_gen_status};

#[link(name = "yajl")]
unsafe extern "C" {
    fn yajl_gen_alloc(functions: *const c_void) -> yajl_gen;
    fn yajl_gen_config(hand: yajl_gen, option: c_int, ...) -> c_int;
    fn yajl_gen_get_buf(
        hand: yajl_gen,
        text: *mut *const c_uchar,
        len: *mut usize,
    ) -> yajl_gen_status;
    fn yajl_gen_array_open(hand: yajl_gen) -> yajl_gen_status;
    fn yajl_gen_free(hand: yajl_gen);
}

const BEAUTIFY: c_int = 1;
const VALIDATE_UTF8: c_int = 8;

pub struct Generator(yajl_gen);

impl Generator {
    /// As yajl makes it: no white space.
    pub fn plain() -> Self {
        // SAFETY: NULL asks for malloc.
        Self(unsafe { yajl_gen_alloc(std::ptr::null()) })
    }

    pub fn pretty() -> Self {
        let new = Self::plain();
        // SAFETY: the option takes an int.
        unsafe { yajl_gen_config(new.0, BEAUTIFY, 1 as c_int) };
        new
    }

    /// Refuses strings that are not UTF-8.
    pub fn strict() -> Self {
        let new = Self::plain();
        // SAFETY: the option takes an int.
        unsafe { yajl_gen_config(new.0, VALIDATE_UTF8, 1 as c_int) };
        new
    }

    pub fn hand(&self) -> yajl_gen {
        self.0
    }

    pub fn open_array(&self) {
        // SAFETY: it is live.
        unsafe { yajl_gen_array_open(self.0) };
    }

    /// What was written so far.
    pub fn text(&self) -> Vec<u8> {
        let (mut text, mut len) = (std::ptr::null(), 0);
        // SAFETY: it is live, and its text stays until the next token.
        unsafe {
            assert_eq!(yajl_gen_get_buf(self.0, &mut text, &mut len), 0);
            std::slice::from_raw_parts(text, len).to_vec()
        }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // SAFETY: it is live, and freed once.
        unsafe { yajl_gen_free(self.0) }
    }
}
