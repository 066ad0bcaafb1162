//! What knows of a new job: the modules, the program that works on all jobs, and the manifest.

use super::Files;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number},
        recipe::{
            axum::{
                imports,
                manifest::{with_default_program, with_features, with_packages},
                package::has_package,
                plan::module_of,
                register::insert_beside,
            },
            head::StepHead,
            resource::Edited,
        },
        rust::RustFile,
    },
};

/// Packages of the queue, each with what stands behind its name.
const PACKAGES: [(&str, &str); 4] = [
    (
        "apalis",
        "{ version = \"1\", default-features = false, features = [\"catch-panic\", \"retry\", \"timeout\"] }",
    ),
    ("apalis-redis", "\"1\""),
    ("serde", "{ version = \"1\", features = [\"derive\"] }"),
    ("serde_json", "\"1\""),
];
/// Features of Tokio that the queue and its worker need.
const TOKIO: [&str; 5] = ["macros", "rt-multi-thread", "signal", "sync", "time"];

impl Files<'_> {
    /// The jobs among the modules of the library, and the job among the jobs.
    pub(super) fn modules(&self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let mut files = Vec::new();
        let path = self.modules_path();
        let new = ["queue", ask.name.snake.as_str()];
        match self.source(&path) {
            Some((file, text)) => files.extend(self.declared(&path, file, text, &new, step)?),
            None => {
                let mut lines = new.map(|name| format!("pub mod {name};\n"));
                lines.sort();
                let mut made = ask.made(path.clone(), lines.concat(), Some(self.place.clone()), step.layer);
                for note in &mut made.notes {
                    note.reason.clone_from(&step.reason);
                }
                files.push(made);
            }
        }
        let folder = module_of(&path);
        let inside = folder.trim_start_matches("crate::");
        if let (false, Some((file, text))) = (inside.contains("::"), self.source(self.library)) {
            files.extend(self.declared(self.library, file, text, &[inside], step)?);
        }
        Ok(files)
    }

    /// A file with public modules beside those that it declares; none where it has them.
    fn declared(
        &self,
        path: &str,
        file: &RustFile,
        text: &str,
        names: &[&str],
        step: &StepHead,
    ) -> Result<Option<FileChange>, ProposeError> {
        let mut edits = Edits::default();
        let in_order = file.modules.iter().map(|one| &one.name).is_sorted();
        let mut is_new = false;
        for name in names.iter().filter(|name| file.modules.iter().all(|one| one.name != **name)) {
            is_new = true;
            let line = format!("pub mod {name};");
            let before = file.modules.iter().find(|one| in_order && one.name.as_str() > *name);
            match file.modules.last() {
                Some(last) => {
                    insert_beside(text, before.map(|one| one.range.start), last.range.end, &line, &mut edits);
                }
                None => {
                    let at = file.uses.iter().map(|one| one.range.start).min().unwrap_or_default();
                    edits.insert(at, format!("{line}\n\n"));
                }
            }
        }
        if !is_new {
            return Ok(None);
        }
        let at = file.modules.first().map_or(0, |one| one.range.start);
        Ok(Some(self.job.ask.edited(Edited {
            path,
            old: text,
            new: edits.apply(text)?,
            reason: step.reason.clone(),
            like: Some(Place::new(path, line_number(text, at))),
            layer: step.layer,
        })))
    }

    /// The program of all jobs, with one more.
    pub(super) fn listed(
        &self,
        path: &str,
        file: &RustFile,
        text: &str,
        step: &StepHead,
    ) -> Result<FileChange, ProposeError> {
        const LIST: &str = "tokio::try_join!(";
        let name = &self.job.ask.name.snake;
        let main = file.functions.iter().find(|one| one.name == "main");
        let found = main.and_then(|main| {
            let body = text.get(main.range.clone())?;
            let from = body.find(LIST)? + LIST.len();
            let to = from + body.get(from..)?.find(")?;")?;
            Some((main, body, from, to))
        });
        let Some((main, body, from, to)) = found else {
            return Err(ProposeError::Input {
                what: format!("{path} has no {LIST}…)?; that the job could join"),
                hint: "wait for all jobs in such a call in main there, then ask again".into(),
            });
        };
        let start = main.range.start;
        let jobs = body.get(from..to).unwrap_or_default().split(',').map(str::trim);
        let mut jobs: Vec<String> = jobs.filter(|one| !one.is_empty()).map(str::to_owned).collect();
        jobs.push(format!("{name}::work()"));
        let flat = jobs.join(", ");
        let indent = indent_of(text, start + from);
        // rustfmt's widest list of arguments; those of a macro end without a comma.
        let listed = if flat.len() <= 60 {
            flat
        } else {
            format!("\n{indent}    {}\n{indent}", jobs.join(&format!(",\n{indent}    ")))
        };
        let mut edits = Edits::default();
        edits.replace(start + from..start + to, listed);
        imports::add(file, text, &[format!("{}::{name}", self.outside())], &mut edits);
        Ok(self.job.ask.edited(Edited {
            path,
            old: text,
            new: edits.apply(text)?,
            reason: step.reason.clone(),
            like: Some(Place::new(path, line_number(text, main.range.start))),
            layer: step.layer,
        }))
    }

    /// The manifest with the packages of the queue, and the program that stays the usual one.
    pub(super) fn grown_manifest(&self, remarks: &mut Vec<String>) -> Option<FileChange> {
        let Some((new, line)) = with_packages(&self.manifest, &PACKAGES, &[]) else {
            let names = PACKAGES.map(|(name, _)| name).join(", ");
            remarks.push(format!("Add {names} to the packages that the program needs."));
            return None;
        };
        let mut text = new;
        for (package, features) in [("serde", &["derive"][..]), ("tokio", &TOKIO)] {
            match with_features(&text, package, features) {
                Some(grown) => text = grown,
                None => remarks.push(format!(
                    "{package} needs its features {}; {} says of it what is not on one line.",
                    features.join(", "),
                    self.manifest_path
                )),
            }
        }
        text = with_default_program(&text, &self.programs());
        if text == self.manifest {
            return None;
        }
        if !has_package(&self.manifest, "apalis-redis") {
            remarks.push("No queue was found here: apalis is the usual one and needs Redis.".into());
        }
        Some(self.job.ask.edited(Edited {
            path: &self.manifest_path,
            old: &self.manifest,
            new: text,
            reason: "Runs the jobs; what cargo run starts stays the server.".into(),
            like: Some(Place::new(self.manifest_path.clone(), line)),
            layer: Layer::Config,
        }))
    }

    /// The programs of the package, as `cargo run --bin` names them.
    fn programs(&self) -> Vec<String> {
        let folder = format!("{}src/bin/", self.root);
        let stated = self.manifest.lines().filter_map(|line| line.split_once('='));
        let package =
            stated.filter(|(key, _)| key.trim() == "name").map(|(_, value)| value.trim().trim_matches('"'));
        let main = format!("{}src/main.rs", self.root);
        let server = self.source(&main).and(package.into_iter().next()).map(str::to_owned);
        let others = self.sources.iter().filter_map(|(path, _, _)| {
            let (stem, _) = path.strip_prefix(folder.as_str())?.split_once(['/', '.'])?;
            Some(stem.to_owned())
        });
        server.into_iter().chain(others).collect()
    }
}
