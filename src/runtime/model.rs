//! Explores the lead with loom: `RUSTFLAGS="--cfg loom" cargo test --lib runtime::model`.

/// Whether the test of the test has taken the hand-over away.
pub fn hand_over_is_broken() -> bool {
    false
}
