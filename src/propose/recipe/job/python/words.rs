//! What templates of jobs in Python say about names and arguments.

use crate::{
    ports::ProposeError,
    propose::recipe::{
        fastapi::render::optional,
        job::{
            NewJob,
            wanted::{Argument, ArgumentKind},
        },
        python_text::Habits,
    },
};
use minijinja::{Environment, Value, context};

/// A job, and how the project writes functions.
#[derive(Clone, Copy)]
pub(in crate::propose::recipe) struct Words<'a> {
    pub(in crate::propose::recipe) job: &'a NewJob<'a>,
    pub(in crate::propose::recipe) is_async: bool,
    pub(in crate::propose::recipe) old_generics: bool,
}

impl Words<'_> {
    fn declared(&self, argument: &Argument) -> String {
        let kind = match argument.kind {
            ArgumentKind::Text | ArgumentKind::Uuid => "str",
            ArgumentKind::Integer => "int",
            ArgumentKind::Number => "float",
            ArgumentKind::Boolean => "bool",
        };
        let name = &argument.name;
        if argument.optional {
            return format!("{name}: {} = None", optional(kind, self.old_generics));
        }
        format!("{name}: {kind}")
    }

    /// What every template may use.
    pub(in crate::propose::recipe) fn context(&self) -> Value {
        let arguments = &self.job.wanted.arguments;
        let all: Vec<Value> = arguments
            .iter()
            .map(|argument| {
                context! {
                    name => argument.name.as_str(),
                    declared => self.declared(argument),
                    sample => sample(argument),
                }
            })
            .collect();
        let list = |separator: &str, text: &dyn Fn(&Argument) -> String| {
            arguments.iter().map(text).collect::<Vec<_>>().join(separator)
        };
        let name = self.job.ask.name.snake.as_str();
        let title = name.replace('_', " ");
        let mut letters = title.chars();
        let title: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.clone()).collect();
        let samples = list(", ", &|one| sample(one).to_owned());
        let group = |text: String| if text.is_empty() { text } else { format!("⟨{text}⟩") };
        context! {
            job => name,
            title,
            arguments => all,
            signature => group(list("¦", &|one| self.declared(one))),
            given => group(list("¦", &|one| one.name.clone())),
            more => arguments.iter().map(|one| format!(", {}", sample(one))).collect::<String>(),
            logged => self.logged(),
            samples,
            tries => self.job.wanted.tries,
            timeout => self.job.wanted.timeout_seconds,
            is_async => self.is_async,
        }
    }

    /// What a run says of its arguments: of a text, which may be about a person, only its length.
    fn logged(&self) -> String {
        let name = self.job.ask.name.snake.as_str();
        let (mut told, mut values) = (String::new(), String::new());
        for one in &self.job.wanted.arguments {
            let key = one.name.as_str();
            if one.kind == ArgumentKind::Text && !one.is_key() {
                told.push_str(&format!(" {key} of %d characters"));
                values.push_str(&format!("¦len({key}{})", if one.optional { " or \"\"" } else { "" }));
            } else {
                told.push_str(&format!(" {key}=%s"));
                values.push_str(&format!("¦{key}"));
            }
        }
        format!("⟨\"{name}{}{told}\"{values}⟩", if told.is_empty() { "" } else { ":" })
    }

    /// `("send", 1, "sample")`, or `()`.
    fn sample_tuple(&self, first: &str) -> String {
        let mut all: Vec<&str> = Vec::new();
        if !first.is_empty() {
            all.push(first);
        }
        for argument in &self.job.wanted.arguments {
            all.push(sample(argument));
        }
        match all.as_slice() {
            [one] => format!("({one},)"),
            all => format!("({})", all.join(", ")),
        }
    }
}

/// A value that an argument may have.
fn sample(argument: &Argument) -> &'static str {
    match argument.kind {
        ArgumentKind::Text => "\"sample\"",
        ArgumentKind::Integer => "1",
        ArgumentKind::Number => "1.5",
        ArgumentKind::Boolean => "True",
        ArgumentKind::Uuid => "\"0b5c3f0e-4a51-4bb5-9d0c-2f6a1d1f7c11\"",
    }
}

/// The functions of the templates.
pub(in crate::propose::recipe) fn set_up(
    environment: &mut Environment<'_>,
    words: &Words<'_>,
    old_generics: bool,
) {
    environment.add_function("optional", move |of: &str| optional(of, old_generics));
    let is_async = words.is_async;
    environment.add_function("call", move |text: &str| {
        if is_async { format!("asyncio.run(⟨{text}⟩)") } else { text.to_owned() }
    });
    let (none, one) = (words.sample_tuple(""), words.sample_tuple("⟩"));
    environment.add_function("sample_tuple", move |first: &str| {
        if first.is_empty() { none.clone() } else { one.replace('⟩', first) }
    });
}

/// Packages, and the functions of the job's own module.
pub(in crate::propose::recipe) fn candidates(name: &str, module: &str) -> Vec<String> {
    let packages = [
        "asyncio",
        "logging",
        "os",
        "collections.abc:Iterator",
        "typing:Any",
        "typing:ClassVar",
        "typing:Optional",
        "pytest",
        "arq:Retry",
        "arq:create_pool",
        "arq.connections:ArqRedis",
        "arq.connections:RedisSettings",
        "arq.worker:func",
        "celery:Celery",
        "celery:shared_task",
        "dramatiq",
        "dramatiq:Worker",
        "dramatiq.brokers.redis:RedisBroker",
        "dramatiq.brokers.stub:StubBroker",
        "taskiq:InMemoryBroker",
        "taskiq:SmartRetryMiddleware",
        "taskiq_redis:RedisStreamBroker",
    ];
    let own = [name.to_owned(), format!("run_{name}"), format!("enqueue_{name}"), "MAX_TRIES".to_owned()];
    let own = own.into_iter().map(|name| format!("{module}:{name}"));
    packages.iter().map(|one| (*one).to_owned()).chain(own).collect()
}

/// A new file in the project's form; a docstring stays before its imports.
pub(in crate::propose::recipe) fn written(
    habits: &Habits,
    path: &str,
    rendered: &str,
    candidates: &[String],
) -> Result<String, ProposeError> {
    let end = rendered.strip_prefix("\"\"\"").and_then(|rest| Some(rest.find("\"\"\"")? + 6));
    let (docstring, body) = end.and_then(|end| rendered.split_at_checked(end)).unwrap_or(("", rendered));
    let body = body.trim_start_matches('\n');
    // What the module defines itself is not imported.
    let own = |candidate: &&String| {
        let name = candidate.rsplit(':').next().unwrap_or_default();
        let begins = |line: &str, word: &str| {
            line.strip_prefix(word).is_some_and(|rest| rest.starts_with(['(', ' ', ':']))
        };
        !body.lines().any(|line| {
            begins(line, &format!("def {name}"))
                || begins(line, &format!("async def {name}"))
                || begins(line, name)
        })
    };
    let candidates: Vec<String> = candidates.iter().filter(own).cloned().collect();
    let text = habits.file(path, body, &candidates)?;
    Ok(if docstring.is_empty() { text } else { format!("{docstring}\n\n{text}") })
}
