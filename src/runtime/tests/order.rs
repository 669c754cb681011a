//! Sleeping with a lock held is detected by the checks of `sync/order.rs`.

use super::*;
use crate::sync::order::Fast;

#[test]
#[should_panic(expected = "sleeping while this thread has a fast lock")]
fn sleeping_with_a_fast_lock_is_caught() {
    let runtime = Runtime::default();
    runtime.block_on(async {
        let _fast = Fast::begin();
        let _ = runtime.sleep(std::time::Duration::from_millis(1)).await;
    });
}

#[test]
#[should_panic(expected = "sleeping while this thread has a leaf lock")]
fn sleeping_with_a_leaf_lock_is_caught() {
    let (runtime, mutex) = (Runtime::default(), Mutex::new(()));
    let _leaf = locked(&mutex);
    let _ = runtime.block_on(runtime.sleep(std::time::Duration::from_millis(1)));
}
