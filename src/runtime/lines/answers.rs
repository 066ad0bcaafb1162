//! Answers, line by line, from standard input or a file.
//!
//! A thread of its own reads, so that a signal or a worker's message is heard while the
//! program waits for a line. A line has a stated limit: what is longer is read past and
//! refused, never kept. The channel holds one line; the next is read when it was taken.

use crate::{
    domain::safe,
    linear::{Answer, Echo, LINE_LIMIT_BYTES},
};
use std::io::{self, BufRead};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Where answers come from. One for all sessions of a process.
#[derive(Debug)]
pub struct Answers {
    rx: Receiver<Answer>,
    pub(super) echo: Echo,
}

impl Answers {
    /// Begins to read. Fails when no thread can be started.
    pub fn new(input: impl BufRead + Send + 'static, echo: Echo) -> io::Result<Self> {
        let (tx, rx) = channel(1);
        std::thread::Builder::new().name("answers".into()).spawn(move || feed(input, &tx))?;
        Ok(Self { rx, echo })
    }

    /// The next answer where nothing else is waited for. Blocks.
    pub fn next_blocking(&mut self) -> Answer {
        self.rx.blocking_recv().unwrap_or(Answer::End)
    }

    /// The next answer; `End` for ever after the last. Safe to drop and to ask again.
    pub(super) async fn next(&mut self) -> Answer {
        self.rx.recv().await.unwrap_or(Answer::End)
    }
}

fn feed(mut input: impl BufRead, tx: &Sender<Answer>) {
    loop {
        let answer = read(&mut input);
        let last = matches!(answer, Answer::End | Answer::Failed(_));
        if tx.blocking_send(answer).is_err() || last {
            return;
        }
    }
}

/// The next line of an input, within the limit.
pub(in crate::runtime) fn read(input: &mut impl BufRead) -> Answer {
    let mut bytes = Vec::new();
    let mut too_long = false;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Answer::Failed(error.to_string()),
        };
        if available.is_empty() {
            if bytes.is_empty() && !too_long {
                return Answer::End;
            }
            break;
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(available.len(), |at| at + 1);
        if bytes.len() + taken > LINE_LIMIT_BYTES {
            too_long = true;
            bytes = Vec::new();
        }
        if !too_long {
            bytes.extend_from_slice(available.get(..taken).unwrap_or_default());
        }
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    if too_long {
        return Answer::TooLong;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Answer::Line(safe::clean_paste(text.trim_end_matches(['\n', '\r']))),
        Err(_) => Answer::NotText,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn all(input: &[u8]) -> Vec<Answer> {
        let mut input = io::BufReader::with_capacity(7, input);
        let mut answers = Vec::new();
        loop {
            let answer = read(&mut input);
            if answer == Answer::End {
                return answers;
            }
            answers.push(answer);
        }
    }

    fn line(text: &str) -> Answer {
        Answer::Line(text.into())
    }

    #[test]
    fn lines_lose_their_ends_and_their_controls() {
        assert_eq!(all(b"1\r\n\nnext\x1b[2J\nlast"), [line("1"), line(""), line("next[2J"), line("last")]);
    }

    #[test]
    fn a_line_over_the_limit_is_read_past() {
        let mut input = vec![b'x'; 1 << 20];
        input.extend(b"\n2\n");
        assert_eq!(all(&input), [Answer::TooLong, line("2")]);
    }

    #[test]
    fn a_line_that_is_not_text_is_named() {
        assert_eq!(all(b"\xff\xfe\nok\n"), [Answer::NotText, line("ok")]);
    }
}
