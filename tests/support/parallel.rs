//! Work in parts, on all processors.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// `work` on each of so many parts, in threads; its results merged. `None` if there are no parts.
pub fn over_parts<R: Send>(
    parts: u64,
    work: impl Fn(u64) -> R + Sync,
    merge: impl Fn(R, R) -> R + Sync,
) -> Option<R> {
    let next = AtomicU64::new(0);
    let own_parts = || {
        let taken = || Some(next.fetch_add(1, Ordering::Relaxed));
        let parts = std::iter::from_fn(taken).take_while(|&part| part < parts);
        parts.map(&work).reduce(&merge)
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get());
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(own_parts)).collect();
        let results = handles
            .into_iter()
            .filter_map(|handle| handle.join().expect("no thread fails"));
        results.reduce(&merge)
    })
}
