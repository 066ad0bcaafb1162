//! What a task says of a background job: what it is called, and on which queue it runs.
//!
//! A job that runs by the clock is not one that somebody enqueues: nothing is read of it here.

/// Words behind which a job says what it does.
const LEADS: [&str; 3] = ["to", "that", "which"];
/// Words at which the name ends.
const ENDS: [&str; 16] = [
    "of", "for", "when", "whenever", "after", "if", "on", "in", "with", "by", "from", "to", "and", "once",
    "using", "at",
];
/// Words that a name does without.
const LEFT_OUT: [&str; 10] = ["the", "a", "an", "all", "each", "every", "their", "its", "our", "new"];
/// Words of a clock.
const CLOCK: [&str; 12] = [
    "cron",
    "nightly",
    "daily",
    "hourly",
    "weekly",
    "monthly",
    "schedule",
    "scheduled",
    "periodic",
    "periodically",
    "night",
    "hour",
];
/// Queues that a task may name.
const QUEUES: [&str; 4] = ["arq", "celery", "dramatiq", "taskiq"];
/// The longest name, in words.
const WORDS: usize = 4;

/// `recount_stars` of "Add a background job to recount the stars of a review"; what is said to be
/// its name is taken as it is.
pub(super) fn name(text: &str) -> Option<String> {
    let words: Vec<(&str, bool)> = text
        .split_whitespace()
        .map(|word| {
            let bare = word.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
            (bare, word.ends_with([',', '.', ';', ':']))
        })
        .collect();
    if words.iter().any(|(word, _)| CLOCK.contains(&word.to_lowercase().as_str())) {
        return None;
    }
    let said = words.iter().position(|(word, _)| ["called", "named"].contains(word));
    if let Some((word, _)) = said.and_then(|at| words.get(at + 1)) {
        return Some((*word).to_owned());
    }
    let at = words
        .iter()
        .position(|(word, _)| ["job", "task", "worker"].contains(&word.to_lowercase().as_str()))?;
    // `job send_welcome_email`: a word with an underscore is a name.
    if let Some((word, _)) = words.get(at + 1).filter(|(word, _)| word.contains('_')) {
        return Some((*word).to_owned());
    }
    let (lead, _) = words.get(at + 1)?;
    if !LEADS.contains(lead) {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for (word, is_last) in words.iter().skip(at + 2) {
        let word = word.to_lowercase();
        let is_word =
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !is_word || (!parts.is_empty() && ENDS.contains(&word.as_str())) {
            break;
        }
        if !LEFT_OUT.contains(&word.as_str()) {
            // "that sends" does what "to send" says.
            let verb = parts.is_empty() && *lead != "to" && !word.ends_with("ss");
            let word = if verb { word.strip_suffix('s').unwrap_or(&word).to_owned() } else { word };
            parts.push(word.replace('-', "_"));
        }
        if *is_last || parts.len() == WORDS {
            break;
        }
    }
    (!parts.is_empty()).then(|| parts.join("_"))
}

/// The one queue that the task names; who names two has not decided.
pub(super) fn queue(words: &[String]) -> Option<&'static str> {
    let mut named = QUEUES.into_iter().filter(|queue| words.iter().any(|word| word == queue));
    named.next().filter(|_| named.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_called_after_what_it_does() {
        for (text, expected) in [
            ("Add a background job to recount the stars of a review", Some("recount_stars")),
            ("Add a background job that sends a welcome e-mail, with retries", Some("send_welcome_e_mail")),
            ("add a job called resize_image", Some("resize_image")),
            ("Add a background job send_welcome_email", Some("send_welcome_email")),
            ("A Celery task to process all uploads after signup", Some("process_uploads")),
            ("Add a nightly job to remove old sessions", None),
            ("Add a background job", None),
            ("Add a background job for orders", None),
            ("Put it in a queue", None),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn of_two_queues_none_is_chosen() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(queue(&words("a celery task")), Some("celery"));
        assert_eq!(queue(&words("celery or arq")), None);
    }
}
