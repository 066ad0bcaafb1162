//! What the terminal says of itself: its background, and how wide it draws a symbol.
//!
//! The answer to OSC 11 comes as bytes on the keyboard whenever the terminal likes, and
//! crossterm, which does not know it, splits it into keys. So an inquiry stands between
//! events and keys: it holds back what can be the beginning of an answer, takes an answer
//! out whole and gives everything else back in its order. That needs no time limit, loses
//! nothing that was typed ahead, and an answer that comes late is still no key; libraries
//! that read the terminal themselves until a timeout promise none of these.
//!
//! How wide a symbol is drawn is asked only where the locale leaves it open, before any key
//! is read: crossterm keeps the answer (a cursor position) for itself.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd::read,
};
use std::{
    io::{self, Write},
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// What the first frame waits for an answer at most. Terminals on the same machine need a
/// few milliseconds; the others get their colours with a later frame.
pub const FIRST_FRAME: Duration = Duration::from_millis(30);
/// What the cursor's position may take, where it is asked for.
const POSITION: Duration = Duration::from_millis(100);
/// A longer gap ends what began as an answer. Its bytes follow each other at once, but a machine
/// with too much to do takes seconds from one to the next, with the first frame between them, and
/// the rest would be typed as text.
const GAP: Duration = Duration::from_secs(30);
/// For so long after the question an escape of its own may be the first byte of the answer.
const SPLIT: Duration = Duration::from_secs(30);
/// Longer answers are none.
const LONGEST: usize = 64;
/// What an answer to OSC 11 begins with, after `ESC ]`.
const LEAD: &str = "11;";

/// Whether the terminal's background is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Dark,
    Light,
}

/// Events on their way from the terminal to the keys.
#[derive(Debug)]
pub struct Inquiry {
    asked_at: Option<Instant>,
    answered: bool,
    /// Events that may be an answer.
    held: Vec<Event>,
    /// The answer's text so far, without `ESC ]`.
    text: String,
    /// The last event, when it was an escape alone.
    escape_at: Option<Instant>,
    last_at: Option<Instant>,
}

/// What is left of an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Oldest first.
    pub events: Vec<Event>,
    pub shade: Option<Shade>,
}

impl Inquiry {
    /// Nothing was asked: every event passes.
    pub fn silent() -> Self {
        Self {
            asked_at: None,
            answered: false,
            held: Vec::new(),
            text: String::new(),
            escape_at: None,
            last_at: None,
        }
    }

    /// Asks for the background. Raw mode must be on, or the answer is echoed.
    pub fn background(out: &mut impl Write, now: Instant) -> io::Result<Self> {
        // BEL ends the question, because rxvt-unicode answers no other; all terminals take it.
        out.write_all(b"\x1b]11;?\x07")?;
        out.flush()?;
        Ok(Self { asked_at: Some(now), ..Self::silent() })
    }

    /// When the question was asked, while it has no answer.
    pub fn asked_at(&self) -> Option<Instant> {
        self.asked_at.filter(|_| !self.answered)
    }

    /// Takes what belongs to an answer out of the events.
    pub fn pass(&mut self, event: Event, now: Instant) -> Passed {
        let Some(asked_at) = self.asked_at else {
            return Passed { events: vec![event], shade: None };
        };
        let mut passed = Passed::default();
        let gap = self.last_at.replace(now).is_some_and(|last| now.duration_since(last) > GAP);
        if !self.held.is_empty() && gap {
            self.give_up(&mut passed);
        }
        let escape_at = self.escape_at.take();
        let key = match &event {
            Event::Key(key) if key.kind != KeyEventKind::Release => *key,
            _ => {
                passed.events.push(event);
                return passed;
            }
        };
        if key.code == KeyCode::Esc {
            self.escape_at = Some(now);
        }
        if self.held.is_empty() {
            let splits = escape_at.is_some() && now.duration_since(asked_at) < SPLIT;
            if key.code == KeyCode::Char(']') && (key.modifiers == KeyModifiers::ALT || splits) {
                self.held.push(event);
            } else {
                passed.events.push(event);
            }
            return passed;
        }
        self.held.push(event);
        match key.code {
            _ if is_end(key, escape_at.is_some()) => {
                match self.text.strip_prefix(LEAD) {
                    Some(color) if !self.answered => passed.shade = shade(color),
                    Some(_) => {}
                    None => passed.events.append(&mut self.held),
                }
                self.answered |= passed.shade.is_some();
                self.held.clear();
                self.text.clear();
            }
            // The first half of `ESC \`, read before its second.
            KeyCode::Esc if self.text.starts_with(LEAD) => {}
            KeyCode::Char(c) if self.goes_on_with(c) => self.text.push(c),
            _ => {
                let own = self.held.pop();
                self.give_up(&mut passed);
                passed.events.extend(own);
            }
        }
        passed
    }

    fn goes_on_with(&self, c: char) -> bool {
        match LEAD.get(self.text.len()..) {
            Some(rest) if !rest.is_empty() => rest.starts_with(c),
            _ => {
                self.text.len() < LONGEST
                    && (c.is_ascii_hexdigit() || matches!(c, 'r' | 'g' | ':' | '/' | '#'))
            }
        }
    }

    /// What began as an answer does not go on. With its lead complete it was one, and is
    /// dropped; else it was typed.
    fn give_up(&mut self, passed: &mut Passed) {
        if self.text.starts_with(LEAD) {
            self.held.clear();
        } else {
            passed.events.append(&mut self.held);
        }
        self.text.clear();
    }
}

/// Whether a key is what crossterm makes of the end of an answer: BEL, or `ESC \`.
fn is_end(key: KeyEvent, after_escape: bool) -> bool {
    match key.code {
        KeyCode::Char('g') => key.modifiers == KeyModifiers::CONTROL,
        KeyCode::Char('\\') => key.modifiers == KeyModifiers::ALT || after_escape,
        _ => false,
    }
}

/// The shade of `rgb:RRRR/GGGG/BBBB`, with one to four digits each, `rgba:…` or `#rrggbb`.
fn shade(color: &str) -> Option<Shade> {
    let channels: Vec<f64> = match color.strip_prefix('#') {
        Some(digits) if digits.len() % 3 == 0 && digits.is_ascii() => {
            let width = digits.len() / 3;
            (0..3).map(|at| channel(digits.get(at * width..(at + 1) * width)?)).collect::<Option<_>>()?
        }
        Some(_) => return None,
        None => {
            let (_, values) = color.split_once(':').filter(|(kind, _)| matches!(*kind, "rgb" | "rgba"))?;
            values.split('/').map(channel).collect::<Option<_>>()?
        }
    };
    let [red, green, blue] = *channels.get(..3)? else { return None };
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    // The middle of perceived lightness, L* = 50.
    Some(if luminance > 0.184 { Shade::Light } else { Shade::Dark })
}

/// A channel between 0 and 1.
fn channel(digits: &str) -> Option<f64> {
    let largest = match digits.len() {
        1..=4 => f64::from((1_u32 << (4 * digits.len())) - 1),
        _ => return None,
    };
    u16::from_str_radix(digits, 16).ok().map(|value| f64::from(value) / largest)
}

/// sRGB without its gamma, see <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
fn linear(channel: f64) -> f64 {
    if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

/// How many cells the terminal gives `symbol`; `None` when it does not say so in time. What
/// was typed meanwhile is added to `early`. Raw mode must be on and nothing read yet.
pub fn width_of(symbol: char, early: &mut Vec<Event>) -> io::Result<Option<u16>> {
    let mut out = io::stdout();
    write!(out, "\r{symbol}\x1b[6n\r\x1b[K")?;
    out.flush()?;
    let until = Instant::now() + POSITION;
    let mut bytes = Vec::new();
    let width = loop {
        if let Some(width) = take_position(&mut bytes) {
            break Some(width);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || !read_some(&mut bytes, left)? {
            break None;
        }
    };
    early.extend(keys(&bytes));
    Ok(width)
}

/// Reads what is there within a time; false when nothing came.
fn read_some(bytes: &mut Vec<u8>, wait: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
    if poll(&mut fds, wait)? == 0 {
        return Ok(false);
    }
    // Not through the buffer of `Stdin`, which would keep what crossterm is to read.
    let mut buffer = [0; 256];
    let length = read(&stdin, &mut buffer)?;
    bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
    Ok(length > 0)
}

/// Takes a cursor position, `ESC [ row ; column R`, out of the bytes: the cells before it.
fn take_position(bytes: &mut Vec<u8>) -> Option<u16> {
    let mut starts = bytes.windows(2).enumerate().filter(|(_, pair)| pair == b"\x1b[").map(|(at, _)| at);
    let found = starts.find_map(|start| {
        let rest = bytes.get(start + 2..)?;
        let length = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b';')?;
        let text =
            (rest.get(length) == Some(&b'R')).then(|| std::str::from_utf8(rest.get(..length)?).ok())??;
        let (_, column) = text.split_once(';')?;
        Some((start..start + 2 + length + 1, column.parse::<u16>().ok()?))
    });
    let (range, column) = found?;
    bytes.drain(range);
    Some(column.saturating_sub(1))
}

/// The keys that bytes stand for, as far as somebody may type ahead: text, Enter, Tab,
/// Backspace, letters with Ctrl or Alt. Other sequences are left out.
fn keys(bytes: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (code, modifiers) = match c {
            '\u{1b}' => match chars.next() {
                None => (KeyCode::Esc, KeyModifiers::NONE),
                Some('[' | 'O') => {
                    while chars.next().is_some_and(|c| matches!(c, '\u{20}'..='\u{3f}')) {}
                    continue;
                }
                Some(c) => (KeyCode::Char(c), KeyModifiers::ALT),
            },
            '\r' => (KeyCode::Enter, KeyModifiers::NONE),
            '\t' => (KeyCode::Tab, KeyModifiers::NONE),
            '\u{7f}' => (KeyCode::Backspace, KeyModifiers::NONE),
            '\u{1}'..='\u{1a}' => {
                let letter = char::from_u32(u32::from(c) + 0x60).unwrap_or(c);
                (KeyCode::Char(letter), KeyModifiers::CONTROL)
            }
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => continue,
            c => (KeyCode::Char(c), KeyModifiers::NONE),
        };
        found.push(Event::Key(KeyEvent::new(code, modifiers)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const WHITE: &str = "11;rgb:ffff/fafa/f6f6";

    /// What crossterm makes of bytes that arrive together.
    fn events(bytes: &str) -> Vec<Event> {
        keys(bytes.as_bytes())
    }

    fn asked() -> (Inquiry, Instant) {
        let now = Instant::now();
        let mut out = Vec::new();
        let inquiry = Inquiry::background(&mut out, now).expect("written");
        assert_eq!(out, b"\x1b]11;?\x07");
        (inquiry, now)
    }

    fn pass_all(inquiry: &mut Inquiry, events: Vec<Event>, now: Instant) -> Passed {
        let mut all = Passed::default();
        for event in events {
            let passed = inquiry.pass(event, now);
            all.events.extend(passed.events);
            all.shade = all.shade.or(passed.shade);
        }
        all
    }

    #[test]
    fn an_answer_is_taken_out_from_between_the_keys() {
        for end in ["\x07", "\x1b\\"] {
            let (mut inquiry, now) = asked();
            let passed = pass_all(&mut inquiry, events(&format!("a\x1b]{WHITE}{end}x")), now);
            assert_eq!(passed, Passed { events: events("ax"), shade: Some(Shade::Light) }, "{end:?}");
            assert_eq!(inquiry.asked_at(), None);
        }
    }

    #[test]
    fn an_answer_that_is_cut_after_its_escape_is_no_key_but_the_escape() {
        let (mut inquiry, now) = asked();
        let mut split = vec![Event::Key(KeyCode::Esc.into())];
        split.extend(events(&format!("]{WHITE}\x07x")));
        let passed = pass_all(&mut inquiry, split, now);
        let kept = vec![Event::Key(KeyCode::Esc.into()), Event::Key(KeyCode::Char('x').into())];
        assert_eq!(passed, Passed { events: kept, shade: Some(Shade::Light) });
    }

    #[test]
    fn what_only_begins_like_an_answer_is_given_back() {
        let (mut inquiry, now) = asked();
        for typed in ["\x1b]a", "\x1b]1x", "\x1b]11a"] {
            assert_eq!(pass_all(&mut inquiry, events(typed), now).events, events(typed), "{typed:?}");
        }
    }

    #[test]
    fn an_answer_that_breaks_off_does_not_swallow_keys() {
        let (mut inquiry, now) = asked();
        let begun = pass_all(&mut inquiry, events("\x1b]11;rgb:ff"), now);
        assert_eq!(begun, Passed::default());
        let later = pass_all(&mut inquiry, events("a"), now + GAP * 2);
        assert_eq!(later.events, events("a"));
    }

    #[test]
    fn an_answer_that_a_busy_machine_reads_byte_by_byte_is_no_text() {
        let (mut inquiry, now) = asked();
        let mut kept = Vec::new();
        for (after, event) in (1..).zip(events(&format!("a\x1b]{WHITE}\x07b"))) {
            kept.extend(inquiry.pass(event, now + Duration::from_secs(3) * after).events);
        }
        assert_eq!(kept, events("ab"));
    }

    #[test]
    fn a_second_answer_changes_nothing_and_is_no_key() {
        let (mut inquiry, now) = asked();
        pass_all(&mut inquiry, events("\x1b]11;rgb:0/0/0\x07"), now);
        let again = pass_all(&mut inquiry, events(&format!("\x1b]{WHITE}\x07")), now);
        assert_eq!(again, Passed::default());
    }

    #[test]
    fn without_a_question_every_event_passes() {
        let typed = events(&format!("\x1b]{WHITE}\x07"));
        let passed = pass_all(&mut Inquiry::silent(), typed.clone(), Instant::now());
        assert_eq!(passed.events, typed);
    }

    #[test]
    fn colours_of_every_spelling_have_a_shade() {
        let cases = [
            ("rgb:ffff/ffff/ffff", Some(Shade::Light)),
            ("rgb:fb/fa/f6", Some(Shade::Light)),
            ("rgb:f/f/f", Some(Shade::Light)),
            ("#fdf6e3", Some(Shade::Light)),
            ("rgba:1414/1717/1d1d/ffff", Some(Shade::Dark)),
            ("rgb:0000/2b2b/3636", Some(Shade::Dark)),
            ("rgb:5858/6e6e/7575", Some(Shade::Dark)),
            ("rgb:12345/0/0", None),
            ("rgb:0/0", None),
            ("hsl:0/0/0", None),
            ("#12345", None),
        ];
        for (color, expected) in cases {
            assert_eq!(shade(color), expected, "{color}");
        }
    }

    #[test]
    fn the_position_is_found_among_what_was_typed() {
        let mut bytes = b"ab\x1b[A\x1b[1;3Rc".to_vec();
        assert_eq!(take_position(&mut bytes), Some(2));
        assert_eq!(bytes, b"ab\x1b[Ac");
        assert_eq!(keys(&bytes), events("abc"));
        assert_eq!(take_position(&mut b"\x1b[1;3".to_vec()), None);
    }
}
