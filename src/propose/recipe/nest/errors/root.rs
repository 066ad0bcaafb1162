//! The module that the application is made of, and its list of providers.

use super::super::{
    imports,
    survey::{Source, Survey},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, newline_of},
        recipe::{
            errors::typescript::fits,
            typescript::{Candidate, Habits},
        },
        script::List,
    },
};

/// What makes the application.
const MAKES: &str = "NestFactory.create";
/// The source and the class of the module that the application is made of.
pub(in crate::propose::recipe::nest) fn find(survey: &Survey) -> Option<(&Source, &str)> {
    survey.sources.values().filter(|source| source.script.suites.is_empty()).find_map(|source| {
        let (_, rest) = source.text.split_once(MAKES)?;
        let (_, rest) = rest.split_once('(')?;
        let name: String =
            rest.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let (home, class) = survey.class(&name, "Module")?;
        Some((home, class.name.as_str()))
    })
}

/// A module with one more provider before all others, and what that one needs imported; `None`
/// where it has no list beside which one could stand.
pub(in crate::propose::recipe::nest) fn provided(
    root: &Source,
    provider: &str,
    wanted: &[Candidate],
    habits: &Habits,
) -> Result<Option<(String, usize)>, ProposeError> {
    let text = root.text.as_str();
    let of = |key: &str| {
        let is_own = |list: &&List| {
            list.key == key && list.within.len() == 1 && list.within.iter().all(|one| one == "Module")
        };
        root.script.lists.iter().find(is_own)
    };
    let mut edits = Edits::default();
    let newline = newline_of(text);
    let at = match (of("providers"), of("imports").or_else(|| of("controllers"))) {
        (Some(list), _) => {
            grow(text, list, provider, habits, &mut edits);
            list.range.start
        }
        (None, Some(list)) => {
            let indent = indent_of(text, list.range.start);
            let line = format!("providers: [{provider}]");
            let has_comma = text.get(list.range.end..).is_some_and(|rest| rest.starts_with(','));
            let (before, after) = if has_comma { ("", ",") } else { (",", "") };
            let at = list.range.end + usize::from(has_comma);
            edits.insert(at, format!("{before}{newline}{indent}{line}{after}"));
            list.range.start
        }
        (None, None) => return Ok(None),
    };
    imports::add(root, wanted, habits, &mut edits);
    Ok(Some((edits.apply(text)?, at)))
}

fn grow(text: &str, list: &List, provider: &str, habits: &Habits, edits: &mut Edits) {
    let newline = newline_of(text);
    let source = text.get(list.range.clone()).unwrap_or_default();
    let Some(first) = list.elements.first() else {
        return edits.replace(list.range.clone(), format!("[{provider}]"));
    };
    if source.contains('\n') {
        let indent = indent_of(text, first.start);
        return edits.insert(first.start, format!("{provider},{newline}{indent}"));
    }
    let others: Vec<&str> =
        list.elements.iter().map(|one| text.get(one.clone()).unwrap_or_default()).collect();
    let flat = format!("[{provider}, {}]", others.join(", "));
    if fits(text, &list.range, flat.chars().count(), habits.width) {
        return edits.replace(list.range.clone(), flat);
    }
    let indent = indent_of(text, list.range.start);
    let inner = format!("{indent}{}", habits.indent);
    let all: Vec<&str> = [provider].into_iter().chain(others).collect();
    let comma = if habits.trailing_commas { "," } else { "" };
    let lines = all.join(&format!(",{newline}{inner}"));
    edits.replace(list.range.clone(), format!("[{newline}{inner}{lines}{comma}{newline}{indent}]"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    const PROVIDER: &str = "{ provide: APP_FILTER, useClass: AppErrorFilter }";

    fn of(text: &str) -> String {
        let script = Script::parse("src/app.module.ts", text).unwrap();
        let root = Source { path: "src/app.module.ts".into(), text: text.into(), script };
        let habits =
            Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 80, trailing_commas: true };
        let wanted: Vec<Candidate> = ["@nestjs/core:APP_FILTER", "./common/app-error.filter:AppErrorFilter"]
            .into_iter()
            .filter_map(Candidate::of)
            .collect();
        provided(&root, PROVIDER, &wanted, &habits).unwrap().unwrap().0
    }

    #[test]
    fn the_filter_is_the_first_provider_of_the_root() {
        let head = "import { Module } from '@nestjs/common';\nimport { A } from './a';\n\n@Module({\n";
        let tail = "})\nexport class AppModule {}\n";
        let new = "import { Module } from '@nestjs/common';\nimport { APP_FILTER } from '@nestjs/core';\nimport { A } from './a';\nimport { AppErrorFilter } from './common/app-error.filter';\n\n@Module({\n";
        for (before, after) in [
            ("  imports: [A],\n", format!("  imports: [A],\n  providers: [{PROVIDER}],\n")),
            ("  imports: [A]\n", format!("  imports: [A],\n  providers: [{PROVIDER}]\n")),
            ("  providers: [],\n", format!("  providers: [{PROVIDER}],\n")),
            ("  providers: [A],\n", format!("  providers: [{PROVIDER}, A],\n")),
            ("  providers: [\n    A,\n  ],\n", format!("  providers: [\n    {PROVIDER},\n    A,\n  ],\n")),
        ] {
            assert_eq!(of(&format!("{head}{before}{tail}")), format!("{new}{after}{tail}"));
        }
    }
}
