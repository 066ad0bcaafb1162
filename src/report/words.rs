//! Counts and times in words, the same in every report.

use std::time::Duration;

/// `1 file`, `3 files`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

fn plural(noun: &str) -> String {
    let before_last = noun.chars().rev().nth(1);
    if let Some(stem) = noun.strip_suffix('y')
        && !before_last.is_some_and(|c| "aeiou".contains(c))
    {
        return format!("{stem}ies");
    }
    format!("{noun}s")
}

/// `0.6 s`, `2 min 04 s`.
pub(super) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

/// `812 bytes`, `1.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let of = |unit: u64| bytes as f64 / unit as f64;
    match bytes {
        1 => "1 byte".into(),
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => format!("{:.1} kB", of(1_000)),
        1_000_000..=999_999_999 => format!("{:.1} MB", of(1_000_000)),
        _ => format!("{:.1} GB", of(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_number() {
        for (number, noun, expected) in [
            (1, "file", "1 file"),
            (0, "file", "0 files"),
            (2, "query", "2 queries"),
            (2, "day", "2 days"),
            (1, "query", "1 query"),
        ] {
            assert_eq!(count(number, noun), expected);
        }
    }

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(elapsed(Duration::from_millis(640)), "0.6 s");
        assert_eq!(elapsed(Duration::from_secs(124)), "2 min 04 s");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_234), "1.2 kB");
        assert_eq!(size(12_345_678), "12.3 MB");
    }
}
