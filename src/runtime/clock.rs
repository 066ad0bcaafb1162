//! Time and session ids: the system's, or fixed ones for the demo and for tests.

use crate::ports::Clock;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// The system's clock, never going back.
#[derive(Debug, Default)]
pub struct SystemClock {
    last: AtomicU64,
}

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        self.last.fetch_max(now, Ordering::SeqCst).max(now)
    }

    fn session_id(&self) -> String {
        let stamp = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S").to_string();
        format!("{stamp}-{:04x}", std::process::id() & 0xffff)
    }
}

/// `10:42`, in the user's time zone.
pub fn clock_time(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or(0);
    jiff::Timestamp::from_millisecond(millis)
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M").to_string())
        .unwrap_or_default()
}

/// `just now`, `38 s ago`, `2 hours ago`, else a date.
pub fn ago(then: u64, now: u64) -> String {
    let seconds = now.saturating_sub(then) / 1000;
    match seconds {
        0..=4 => "just now".into(),
        5..=59 => format!("{seconds} s ago"),
        60..=3599 => format!("{} min ago", seconds / 60),
        3600..=7199 => "1 hour ago".into(),
        7200..=86_399 => format!("{} hours ago", seconds / 3600),
        _ => jiff::Timestamp::from_millisecond(i64::try_from(then).unwrap_or(0))
            .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d").to_string())
            .unwrap_or_default(),
    }
}

/// `2026-11-22`, in the user's time zone.
pub fn clock_date(millis: u64) -> String {
    jiff::Timestamp::from_millisecond(i64::try_from(millis).unwrap_or(0))
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}
