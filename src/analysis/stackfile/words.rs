//! A command string as words: quotes and backslashes as a shell reads them, and nothing else.
//!
//! Commands are never run by a shell, so text that only a shell could mean is refused by
//! name instead of being passed on as an argument. Two habits are understood because they
//! are common and harmless: `cd FOLDER && …` and `NAME=value …` in front.

/// A command without a shell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandLine {
    pub argv: Vec<String>,
    /// From a leading `cd FOLDER &&`; empty otherwise.
    pub folder: String,
}

/// Why a string is not a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error("the command is empty")]
    Empty,
    #[error("the quote {0} is not closed")]
    OpenQuote(char),
    #[error("`{0}` needs a shell; state one command, its arguments and its `folder`")]
    Shell(String),
    #[error("`{0}` is a shell variable; commands get variables from their environment only")]
    Variable(String),
    #[error("`cd {0}` leaves the repository")]
    Leaves(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `&&`, which only `cd FOLDER` may precede.
    And,
}

/// Splits a command string.
pub fn split(text: &str) -> Result<CommandLine, WordsError> {
    let mut tokens = tokens(text)?;
    let mut line = CommandLine::default();
    if let [Token::Word(cd), Token::Word(folder), Token::And, ..] = tokens.as_slice()
        && cd == "cd"
    {
        let folder = folder.trim_start_matches("./").trim_end_matches('/').to_owned();
        if folder != "." && !folder.is_empty() {
            if !crate::ports::vault::is_safe_path(&folder) {
                return Err(WordsError::Leaves(folder));
            }
            line.folder = folder;
        }
        tokens.drain(..3);
    }
    for token in tokens {
        match token {
            Token::Word(word) => line.argv.push(word),
            Token::And => return Err(WordsError::Shell("&&".into())),
        }
    }
    match line.argv.first() {
        None => return Err(WordsError::Empty),
        // `env` is the program that means what a shell means by a leading assignment.
        Some(first) if is_assignment(first) => line.argv.insert(0, "env".into()),
        Some(_) => {}
    }
    Ok(line)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

fn tokens(text: &str) -> Result<Vec<Token>, WordsError> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let target = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(inner) => target.push(inner),
                        None => return Err(WordsError::OpenQuote('\'')),
                    }
                }
            }
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => {
                if let Some(next) = chars.next().filter(|next| *next != '\n') {
                    word.get_or_insert_default().push(next);
                }
            }
            '$' => return Err(WordsError::Variable(variable(&mut chars))),
            '&' if chars.peek() == Some(&'&') => {
                chars.next();
                tokens.extend(word.take().map(Token::Word));
                tokens.push(Token::And);
            }
            '|' | '&' | ';' | '<' | '>' | '`' | '(' | ')' | '\n' if c != '\n' || word_follows(&mut chars) => {
                let operator = if c == '\n' { "a second line".to_owned() } else { c.to_string() };
                return Err(WordsError::Shell(operator));
            }
            '#' if word.is_none() => break,
            blank if blank.is_whitespace() => tokens.extend(word.take().map(Token::Word)),
            other => word.get_or_insert_default().push(other),
        }
    }
    tokens.extend(word.map(Token::Word));
    Ok(tokens)
}

fn double_quoted(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    target: &mut String,
) -> Result<(), WordsError> {
    loop {
        match chars.next() {
            Some('"') => return Ok(()),
            Some('\\') => match chars.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => target.push(escaped),
                Some('\n') => {}
                Some(other) => target.extend(['\\', other]),
                None => return Err(WordsError::OpenQuote('"')),
            },
            Some('$') => return Err(WordsError::Variable(variable(chars))),
            Some('`') => return Err(WordsError::Shell("`".into())),
            Some(inner) => target.push(inner),
            None => return Err(WordsError::OpenQuote('"')),
        }
    }
}

fn variable(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let name: String = chars.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '{' | '}')).collect();
    format!("${name}")
}

fn word_follows(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    chars.clone().any(|c| !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn argv(text: &str) -> Vec<String> {
        split(text).unwrap().argv
    }

    #[test]
    fn words_are_split_as_a_shell_would() {
        assert_eq!(
            argv("pytest -q  -k 'a b' \"c \\\"d\\\"\" e\\ f ''"),
            ["pytest", "-q", "-k", "a b", "c \"d\"", "e f", ""]
        );
        assert_eq!(argv("ruff check . # all of it\n"), ["ruff", "check", "."]);
    }

    #[test]
    fn a_leading_cd_becomes_the_folder_and_an_assignment_goes_through_env() {
        let line = split("cd ./backend/ && pytest").unwrap();
        assert_eq!((line.folder.as_str(), line.argv), ("backend", vec!["pytest".to_owned()]));
        assert_eq!(argv("CI=1 npm test"), ["env", "CI=1", "npm", "test"]);
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused_by_name() {
        for (text, error) in [
            ("", WordsError::Empty),
            ("pytest 'a", WordsError::OpenQuote('\'')),
            ("pytest | tee log", WordsError::Shell("|".into())),
            ("a && b", WordsError::Shell("&&".into())),
            ("a\nb", WordsError::Shell("a second line".into())),
            ("echo $HOME", WordsError::Variable("$HOME".into())),
            ("echo \"$HOME\"", WordsError::Variable("$HOME".into())),
            ("cd ../other && make", WordsError::Leaves("../other".into())),
        ] {
            assert_eq!(split(text), Err(error), "{text}");
        }
    }
}
