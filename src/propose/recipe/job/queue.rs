//! Which queue a job waits in: what the manifests name, else what the user decides.

use super::NewJob;
use crate::{
    domain::{map::BackendMap, place::Place},
    ports::ProposeError,
    propose::recipe::resource::Ask,
};

/// Key of the recipe's input.
pub(super) const INPUT: &str = "queue";
/// The question of `clarification.md`.
pub(super) const QUESTION: &str = "job-queue";

/// A queue for Python that the recipe writes jobs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::propose::recipe) enum Queue {
    Arq,
    Celery,
    Dramatiq,
    Taskiq,
}

/// All, the first choice first.
pub(super) const ALL: [Queue; 4] = [Queue::Arq, Queue::Celery, Queue::Dramatiq, Queue::Taskiq];

impl Queue {
    /// As manifests, inputs and templates know it.
    pub(in crate::propose::recipe) fn name(self) -> &'static str {
        match self {
            Self::Arq => "arq",
            Self::Celery => "celery",
            Self::Dramatiq => "dramatiq",
            Self::Taskiq => "taskiq",
        }
    }

    /// The queue of a word, in any case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        ALL.into_iter().find(|queue| queue.name() == word)
    }

    /// Whether its jobs are coroutines, which only a program with an event loop can enqueue.
    pub(in crate::propose::recipe) fn is_async(self) -> bool {
        matches!(self, Self::Arq | Self::Taskiq)
    }

    /// What a manifest asks for.
    pub(in crate::propose::recipe) fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Arq => &["arq>=0.26"],
            Self::Celery => &["celery[redis]>=5.4"],
            Self::Dramatiq => &["dramatiq[redis]>=1.17"],
            Self::Taskiq => &["taskiq>=0.11.18", "taskiq-redis>=1.1"],
        }
    }

    /// Why one would take it.
    fn reason(self) -> &'static str {
        match self {
            Self::Arq => {
                "queue=arq runs coroutines, as the handlers here are, and is the smallest; it needs Redis"
            }
            Self::Celery => {
                "queue=celery is the one that most people have run: schedules, monitors, and brokers beside Redis"
            }
            Self::Dramatiq => {
                "queue=dramatiq runs plain functions in threads, with fewer settings than Celery"
            }
            Self::Taskiq => {
                "queue=taskiq runs coroutines over several brokers, with types; it is the youngest"
            }
        }
    }

    /// What the user said, or what the repository uses; else the candidates with their reasons,
    /// as an error. The place is the manifest's line.
    pub(in crate::propose::recipe) fn decide(
        ask: &Ask<'_>,
        fits: impl Fn(Self) -> Result<(), String>,
    ) -> Result<(Self, Option<Place>), ProposeError> {
        let candidates: Vec<Self> = ALL.into_iter().filter(|queue| fits(*queue).is_ok()).collect();
        let card = candidates.iter().map(|queue| queue.reason()).collect::<Vec<_>>().join("; ");
        let known = used(ask.map);
        let given = ask.request.inputs.get(INPUT).filter(|word| !word.trim().is_empty());
        let answer = ask.request.task.as_ref().and_then(super::choice::answered);
        let (queue, place) = match (given, known.as_slice(), answer) {
            (Some(word), _, _) => {
                let queue = Self::parse(word).ok_or_else(|| ProposeError::Input {
                    what: format!("{word:?} is no queue that the recipe job knows here"),
                    hint: card.clone(),
                })?;
                (queue, known.iter().find(|(one, _)| *one == queue).map(|(_, place)| place.clone()))
            }
            (None, [(queue, place)], _) => (*queue, Some(place.clone())),
            (None, _, Some(queue)) => (queue, None),
            (None, [(_, one), (_, other), ..], None) => {
                return Err(ProposeError::Input {
                    what: format!(
                        "the repository uses two queues, at {one} and {other}; which one runs the job is yours to say"
                    ),
                    hint: card,
                });
            }
            (None, [], None) => {
                match candidates.as_slice() {
                    [one] => (*one, None),
                    _ => {
                        return Err(ProposeError::Input {
                        what: "no manifest here names a queue, and a worker is a program that somebody must run".into(),
                        hint: card,
                    });
                    }
                }
            }
        };
        fits(queue).map_err(|why| ProposeError::Input { what: why, hint: card })?;
        Ok((queue, place))
    }
}

/// Refuses another queue than the one that a stack's jobs run on, and names that the files of
/// its queue use.
pub(in crate::propose::recipe) fn refuse_other(job: &NewJob<'_>, usual: &str) -> Result<(), ProposeError> {
    let asked = job.ask.request.inputs.get(INPUT).map(|word| word.trim().to_lowercase());
    if let Some(word) = asked.filter(|word| !word.is_empty() && word != usual) {
        return Err(ProposeError::Input {
            what: format!("{word:?} is no queue that the recipe job knows here"),
            hint: format!("queue={usual}, or leave it away"),
        });
    }
    let name = job.ask.name.snake.as_str();
    if matches!(name, "queue" | "worker" | "job" | "data" | "signal" | "options" | "redis" | "within") {
        return Err(ProposeError::Input {
            what: format!("{name} cannot be a job: the files of the queue use that name"),
            hint: format!("say what is done, for example send_{name}"),
        });
    }
    Ok(())
}

/// The queues that manifests name, each with its first place.
pub(super) fn used(map: &BackendMap) -> Vec<(Queue, Place)> {
    let mut found: Vec<(Queue, Place)> = Vec::new();
    for service in map.backing_services.iter().filter(|service| service.kind == "queue") {
        if let Some(queue) = Queue::parse(&service.name)
            && !found.iter().any(|(known, _)| *known == queue)
        {
            found.push((queue, Place::new(service.file.clone(), service.line)));
        }
    }
    found
}
