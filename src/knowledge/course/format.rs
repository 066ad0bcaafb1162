//! `lesson.yaml` as it is written, and what it means. The shape is that of
//! `lesson.schema.json`; unknown keys are errors.

use super::{
    super::{
        error::KnowledgeError,
        yaml::{self, Placed, error_at, line_of},
    },
    files::Files,
};
use crate::domain::{
    layer::Layer,
    lesson::{Goal, Lesson, LessonStep, LessonTests, Prediction, Probe},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema_version: Placed<u32>,
    kind: Placed<String>,
    name: Placed<String>,
    title: String,
    language: String,
    minutes: u32,
    summary: String,
    intro: String,
    tests: Tests,
    fixed: Vec<String>,
    steps: Vec<Step>,
    closing: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    command: Vec<String>,
    parser: String,
    needs: Vec<String>,
    probe: Option<ProbeText>,
    #[serde(default = "a_minute")]
    seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeText {
    command: Vec<String>,
    missing: String,
}

fn a_minute() -> u64 {
    60
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    id: Placed<String>,
    title: String,
    task: String,
    file: String,
    predict: Predict,
    hints: Hints,
    goals: Vec<GoalText>,
    lines: u32,
    why: String,
    bought: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Predict {
    question: String,
    options: Vec<OptionText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionText {
    text: String,
    reply: String,
    #[serde(default)]
    right: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    #[serde(rename = "where")]
    place: String,
    what: String,
    pattern: String,
}

/// One of two shapes; which one is told by the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GoalText {
    rule: Option<String>,
    at_most: Option<usize>,
    endpoint: Option<String>,
    #[serde(default)]
    through: Vec<String>,
    missed: String,
}

/// The lesson, and the line at which each step begins.
pub(super) fn read(label: &str, text: &str, files: &Files) -> Result<(Lesson, Vec<u32>), KnowledgeError> {
    let file: File = yaml::parse(label, text)?;
    if file.schema_version.value != 1 {
        return Err(error_at(label, &file.schema_version, "only version 1 is known"));
    }
    if file.kind.value != "kata" {
        return Err(error_at(label, &file.kind, "a lesson in a folder is of kind `kata`"));
    }
    if file.name.value != files.name {
        let reason = format!("the folder is named `{}`", files.name);
        return Err(error_at(label, &file.name, reason));
    }
    if !(3..=5).contains(&file.steps.len()) {
        return Err(error_at(label, &file.name, "a lesson has three to five steps"));
    }
    let places = file.steps.iter().map(|step| line_of(&step.id)).collect();
    let mut steps: Vec<LessonStep> = Vec::new();
    for raw in file.steps {
        if steps.iter().any(|step| step.id == raw.id.value) {
            return Err(error_at(label, &raw.id, "two steps have this id"));
        }
        steps.push(step(label, raw, files)?);
    }
    let tests = file.tests;
    if tests.command.is_empty() {
        return Err(error_at(label, &file.name, "tests.command is empty"));
    }
    let lesson = Lesson {
        name: file.name.value,
        title: file.title,
        language: file.language,
        minutes: file.minutes,
        summary: file.summary,
        intro: trimmed(&file.intro),
        tests: LessonTests {
            command: tests.command,
            parser: tests.parser,
            needs: tests.needs,
            probe: tests.probe.map(|probe| Probe { command: probe.command, missing: probe.missing }),
            seconds: tests.seconds.clamp(1, 600),
        },
        fixed: file.fixed,
        steps,
        closing: trimmed(&file.closing),
        start: files.start(),
        digest: digest(files),
    };
    Ok((lesson, places))
}

fn step(label: &str, raw: Step, files: &Files) -> Result<LessonStep, KnowledgeError> {
    let id = raw.id.value.clone();
    let solution = format!("solutions/{id}.diff");
    let Some(diff) = files.text(&solution) else {
        return Err(error_at(label, &raw.id, format!("{solution} is missing")));
    };
    let options: Vec<Prediction> = raw
        .predict
        .options
        .into_iter()
        .map(|option| Prediction { text: option.text, reply: trimmed(&option.reply), right: option.right })
        .collect();
    if !(2..=5).contains(&options.len()) || options.iter().filter(|option| option.right).count() != 1 {
        return Err(error_at(label, &raw.id, "predict needs two to five options of which one is right"));
    }
    let goals =
        raw.goals.into_iter().map(|text| goal(label, &raw.id, text)).collect::<Result<Vec<_>, _>>()?;
    if goals.is_empty() {
        return Err(error_at(label, &raw.id, "a step has at least one goal"));
    }
    Ok(LessonStep {
        id,
        title: raw.title,
        file: raw.file,
        question: trimmed(&raw.predict.question),
        options,
        task: trimmed(&raw.task),
        hints: [&raw.hints.place, &raw.hints.what, &raw.hints.pattern].map(|text| trimmed(text)),
        solution: diff.to_owned(),
        goals,
        lines: raw.lines,
        why: trimmed(&raw.why),
        bought: trimmed(&raw.bought),
    })
}

fn goal(label: &str, id: &Placed<String>, text: GoalText) -> Result<Goal, KnowledgeError> {
    let missed = trimmed(&text.missed);
    match (text.rule, text.at_most, text.endpoint) {
        (Some(rule), Some(at_most), None) if text.through.is_empty() => {
            Ok(Goal::Findings { rule, at_most, missed })
        }
        (None, None, Some(endpoint)) if !text.through.is_empty() => {
            let layer = |name: &String| {
                Layer::from_name(name).ok_or_else(|| error_at(label, id, format!("`{name}` is no layer")))
            };
            let through = text.through.iter().map(layer).collect::<Result<_, _>>()?;
            Ok(Goal::Flow { endpoint, through, missed })
        }
        _ => Err(error_at(label, id, "a goal is `rule` with `at_most`, or `endpoint` with `through`")),
    }
}

/// Paragraphs without the end of their block.
fn trimmed(text: &str) -> String {
    text.trim_end().to_owned()
}

fn digest(files: &Files) -> String {
    let mut sha = Sha256::new();
    for (path, text) in files.all() {
        for part in [path, text] {
            sha.update(part.len().to_le_bytes());
            sha.update(part);
        }
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
