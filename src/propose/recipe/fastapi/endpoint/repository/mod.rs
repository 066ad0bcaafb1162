//! The `repository` recipe for FastAPI with SQLAlchemy or SQLModel: the data access of a model
//! that has none, in the form of the nearest one that is there.
//!
//! It stands beside the recipe `endpoint` because it reads the backend with the same eyes.

mod like;
mod provider;
mod tests_of;

use super::{
    columns::{Model, tables},
    files::dotted,
    reader::{self, Reader},
    work::Dialect,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        endpoint::column::Column,
        fastapi::plan::RECIPE,
        python_text::Habits,
        resource::{Ask, Draft, Edited},
        row_verb::{Verb, still_asking},
    },
};
use like::Like;
use minijinja::{Value, context};

const TEMPLATE: &str = "repository.new.py.j2";

/// Everything that is known while a repository is written.
struct Plan<'m> {
    ask: &'m Ask<'m>,
    reader: &'m Reader<'m>,
    model: &'m Model<'m>,
    key: &'m Column,
    like: &'m Like<'m>,
    habits: &'m Habits,
    dialect: Dialect,
}

/// All files, and the remarks on them.
pub(in crate::propose::recipe) fn draft(ask: &Ask<'_>, dialect: Dialect) -> Result<Draft, ProposeError> {
    let texts = reader::texts(&ask.workspace)?;
    let reader = Reader::new(&texts);
    let model = super::model(ask, &reader, "a repository")?;
    ask.go_on()?;
    let keys: Vec<&Column> = model.columns.iter().filter(|column| column.is_key).collect();
    let [key] = keys[..] else {
        return Err(ProposeError::NotApplicable(format!(
            "{} has {} keys, and how its rows are asked for by them is yours to say",
            model.name,
            keys.len()
        )));
    };
    let is_layer =
        |path: &str| ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Repository);
    if let Some(own) = Like::of(&reader, &ask.name, &is_layer) {
        let what = format!("a repository of {}", ask.name.pascal);
        return Err(ProposeError::Clash { what, place: own.place.to_string() });
    }
    let like = Like::find(&reader, &ask.name, &is_layer).ok_or_else(|| {
        ProposeError::NotApplicable(
            "no repository was found whose form a new one could have; the walkthrough shows where one would go, and the recipe resource starts the layer".into(),
        )
    })?;
    let habits = super::habits(ask, &reader, &model, like.path)?;
    let plan = Plan { ask, reader: &reader, model: &model, key, like: &like, habits: &habits, dialect };
    plan.refuse_known(&is_layer)?;
    let path = plan.path();
    let mut files = vec![plan.file(&path)?];
    files.extend(provider::files(&plan, &path)?);
    let mut remarks = plan.remarks(&is_layer);
    match tests_of::file(&plan, &path)? {
        Ok(file) => files.push(file),
        Err(why) => remarks.push(why),
    }
    let what = if like.class.is_some() { plan.class() } else { format!("queries on {}", ask.name.plural) };
    Ok(Draft { like: format!("{what} to {path}, like {}", like.place), files, remarks })
}

impl Plan<'_> {
    /// The file of the new repository: the example's with the name exchanged, or the example's
    /// own where all queries stand in one.
    fn path(&self) -> String {
        self.like.exchanged(self.like.path, &self.ask.name)
    }

    /// `ReviewRepository`
    fn class(&self) -> String {
        let like = self.like.class.map_or("", |class| class.name.as_str());
        let name = self.like.exchanged(like, &self.ask.name);
        if name == like { format!("{}Repository", self.ask.name.pascal) } else { name }
    }

    /// A repository of the model, or what would have a name that is taken.
    fn refuse_known(&self, is_layer: &dyn Fn(&str) -> bool) -> Result<(), ProposeError> {
        let path = self.path();
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        if path != self.like.path && self.ask.workspace.text(&path)?.is_some() {
            return clash(path.clone(), Place::new(path.clone(), 1));
        }
        let class = self.class();
        let names: Vec<String> =
            Verb::ALL.into_iter().map(|verb| self.like.name(verb, &self.ask.name)).collect();
        for (path, module) in &self.reader.modules {
            let same =
                module.classes().find(|known| self.like.class.is_some() && known.name.as_str() == class);
            if let Some(known) = same {
                return clash(format!("a class {class}"), Place::new(*path, module.line(&known.name)));
            }
            let own = module.functions().find(|known| {
                self.like.class.is_none()
                    && is_layer(path)
                    && names.iter().any(|name| name == known.name.as_str())
            });
            if let Some(known) = own {
                let what = format!("a function {}", known.name);
                return clash(what, Place::new(*path, module.line(&known.name)));
            }
        }
        Ok(())
    }

    /// What the template may use.
    fn context(&self) -> Value {
        let (name, like) = (&self.ask.name, self.like);
        let old = self.reader.modules.values().any(|module| module.origin_of("Optional").is_some());
        let of_none = |of: &str| if old { format!("Optional[{of}]") } else { format!("{of} | None") };
        let verb = |verb: Verb| like.name(verb, name);
        let asked = match self.dialect {
            Dialect::Sqlalchemy => "scalars",
            Dialect::Sqlmodel => "exec",
        };
        let order = match self.dialect {
            Dialect::Sqlalchemy => format!("{}.{}", self.model.name, self.key.name),
            Dialect::Sqlmodel => format!("col({}.{})", self.model.name, self.key.name),
        };
        context! {
            is_class => like.class.is_some(),
            class => self.class(),
            bases => like.bases.iter().map(|base| like.exchanged(base, name)).collect::<Vec<_>>().join(", "),
            head => like.head.iter().map(|line| like.exchanged(line, name)).collect::<Vec<_>>(),
            is_inherited => like.is_inherited,
            model => self.model.name.clone(),
            var => name.snake.clone(),
            key => format!("{}_{}", name.snake, self.key.name),
            key_type => self.key.source_type.clone(),
            optional => of_none(&self.model.name),
            session => like.session.clone(),
            parameter => like.parameter.clone(),
            by_name => like.by_name,
            names => context! {
                get => verb(Verb::Get),
                list => verb(Verb::List),
                add => verb(Verb::Add),
                update => verb(Verb::Update),
                delete => verb(Verb::Delete),
            },
            def => if like.is_async { "async def" } else { "def" },
            await => if like.is_async { "await " } else { "" },
            asked,
            order,
            is_legacy => like.is_legacy,
            ends => if like.commits { "commit" } else { "flush" },
            refreshes => like.refreshes,
        }
    }

    fn file(&self, path: &str) -> Result<FileChange, ProposeError> {
        let rendered = self.ask.render(RECIPE, TEMPLATE, &self.context(), |_| {})?;
        let origins = self.origins();
        let reason = self.ask.head.reason(Layer::Repository);
        let like = Some(self.like.place.clone());
        let (old, new) = if path == self.like.path {
            let old = self.reader.module(path)?.text;
            (old, self.habits.grown(path, old, rendered.trim_start(), &origins)?)
        } else {
            ("", self.habits.file(path, rendered.trim_start(), &origins)?)
        };
        Ok(self.ask.edited(Edited { path, old, new, reason, like, layer: Layer::Repository }))
    }

    /// Where the names of the new code come from: as the example's file has them, then others.
    fn origins(&self) -> Vec<String> {
        let mut all =
            vec![format!("{}:{}", dotted(self.reader, self.model, self.model.class.path), self.model.name)];
        if let Some(module) = self.reader.modules.get(self.like.path) {
            all.extend(crate::propose::recipe::python_text::carried(module));
        }
        let (select, session) = match (self.dialect, self.like.is_async) {
            (Dialect::Sqlalchemy, true) => ("sqlalchemy:select", "sqlalchemy.ext.asyncio:AsyncSession"),
            (Dialect::Sqlalchemy, false) => ("sqlalchemy:select", "sqlalchemy.orm:Session"),
            (Dialect::Sqlmodel, true) => ("sqlmodel:select", "sqlmodel.ext.asyncio.session:AsyncSession"),
            (Dialect::Sqlmodel, false) => ("sqlmodel:select", "sqlmodel:Session"),
        };
        all.extend([select, session].map(str::to_owned));
        all.extend(
            [
                "collections.abc:Sequence",
                "typing:Any",
                "typing:Optional",
                "sqlmodel:col",
                "uuid",
                "uuid:UUID",
            ]
            .map(str::to_owned),
        );
        all
    }

    /// What was followed, and who asks the database around the new repository.
    fn remarks(&self, is_layer: &dyn Fn(&str) -> bool) -> Vec<String> {
        let how = if self.like.commits { "commits" } else { "only flushes; who calls it commits" };
        let mut all = vec![format!("It {how}, as {} does.", self.like.place)];
        let model = &self.model.name;
        let asks = [format!("select({model}"), format!("query({model}"), format!("get({model},")];
        let mut places: Vec<String> = Vec::new();
        for (path, module) in &self.reader.modules {
            let is_test = path.contains("test") || path.contains("migrations/") || is_layer(path);
            let lines = module.text.lines().enumerate().filter(|_| !is_test);
            for (index, _) in lines.filter(|(_, line)| asks.iter().any(|one| line.contains(one))) {
                places.push(format!("{path}:{}", index + 1));
            }
        }
        all.extend(still_asking(&places, "the session", model));
        all
    }
}

/// Names of all models.
fn models<'m>(reader: &'m Reader<'_>) -> Vec<&'m str> {
    tables(reader).into_iter().map(|class| class.node.name.as_str()).collect()
}
