//! Coding agents that can be plugged in as proposers: one TOML file per vendor.
//!
//! Only data: how to start one, which protocol it speaks, in which mode, and what to
//! tell it. Which program really runs is the user's configuration, never a repository's.

use super::{error::KnowledgeError, source::Text};
use serde::Deserialize;

/// One agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentCard {
    /// For example `claude`.
    pub id: String,
    /// As shown.
    pub name: String,
    /// How it is installed and logged in, in one sentence.
    pub setup: String,
    /// Speaks the Agent Client Protocol over standard input and output.
    #[serde(default)]
    pub acp: Option<Launch>,
    /// One prompt, one run.
    #[serde(default)]
    pub headless: Option<Launch>,
    /// Folders of its own that must be writable, `~` for the home folder.
    #[serde(default)]
    pub state: Vec<String>,
    /// Paths in a repository that would make it run or obey something: left out of its
    /// private copy or shown apart.
    #[serde(default)]
    pub executable_config: Vec<String>,
    #[serde(default)]
    pub instruction_files: Vec<String>,
    /// Files it leaves behind in its working folder, as globs; never proposed.
    #[serde(default)]
    pub litter: Vec<String>,
    /// What is said to it beside the task.
    pub brief: String,
    /// What to know before using it, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// One way to start an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Program and arguments; `{prompt}` and `{folder}` are replaced, each within one argument.
    pub argv: Vec<String>,
    /// Environment variables that it gets, by name.
    #[serde(default)]
    pub env: Vec<String>,
    /// The mode to ask for at the start of a session; empty to leave its own.
    #[serde(default)]
    pub mode: String,
    /// `acp`, `claude-stream`, `codex-jsonl`, `gemini-stream`, `qwen-stream`, `opencode-json` or `text`.
    pub output: String,
    /// Whether this way was driven with a scripted model, and with which version.
    #[serde(default)]
    pub seen: String,
}

/// Agents sorted by id; the topmost text of a file name wins.
pub(crate) fn load<'a>(
    files: impl Iterator<Item = (&'a str, &'a [Text])>,
) -> Result<Vec<AgentCard>, KnowledgeError> {
    let mut agents = Vec::new();
    for (name, texts) in files {
        let Some(text) = texts.last().filter(|_| name.ends_with(".toml")) else { continue };
        let card: AgentCard = toml::from_str(&text.text).map_err(|error| {
            let (line, column) = place(&text.text, error.span().map_or(0, |span| span.start));
            KnowledgeError::at(&text.label, line, column, error.message().replace('\n', " "))
        })?;
        if card.acp.is_none() && card.headless.is_none() {
            return Err(KnowledgeError::at(
                &text.label,
                1,
                1,
                "neither [acp] nor [headless] says how to start it",
            ));
        }
        agents.push(card);
    }
    agents.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(agents)
}

/// Line and column of a byte offset, both 1-based.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_with_its_place() {
        let texts = [Text {
            label: "a.toml".into(),
            text: "id = 'a'\nname = 'A'\nmood = 1\n".into(),
            shipped: false,
        }];
        let error = load([("agents/a.toml", texts.as_slice())].into_iter()).expect_err("unknown key");
        assert_eq!(error.position(), (3, 1));
    }
}
