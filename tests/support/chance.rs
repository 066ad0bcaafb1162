//! One of many by chance, told with the number that gives it again: what would take too long for
//! all of them is tried on another one each time.
//!
//! `PROSCENIUM_SEED=123` takes what 123 gives; `PROSCENIUM_SEED=all` takes every one in turn.

use std::time::{SystemTime, UNIX_EPOCH};

/// The ones that are taken: one by chance, or every one where that is asked for.
pub fn picked<T>(what: &str, all: Vec<T>) -> Vec<T> {
    let told = std::env::var("PROSCENIUM_SEED").unwrap_or_default();
    if told == "all" {
        println!("{what}: each of {}", all.len());
        return all;
    }
    let now =
        || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()));
    let seed = told.parse().unwrap_or_else(|_| now());
    let count = u64::try_from(all.len()).unwrap();
    assert!(count > 0, "{what}: nothing to choose from");
    let at = usize::try_from(mixed(seed) % count).unwrap();
    println!("{what}: number {} of {count}; PROSCENIUM_SEED={seed} takes it again", at + 1);
    all.into_iter().nth(at).into_iter().collect()
}

/// A number in which each bit of the seed counts (SplitMix64).
fn mixed(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}
