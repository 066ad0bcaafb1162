//! The users of a project: those of `AUTH_USER_MODEL`, or Django's own.

use crate::{
    ports::ProposeError,
    propose::{
        python::{last_name, string_value},
        recipe::django::{
            migrations,
            project::Project,
            survey::{Survey, assigned, bases, elements},
        },
    },
};
use ruff_python_ast::{Expr, StmtClassDef};

/// What registration asks for, and what is shown of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Users {
    /// The field that somebody signs in with.
    pub(super) username: String,
    /// Name of the key, and its converter in addresses.
    pub(super) key: String,
    pub(super) converter: &'static str,
    /// Fields of a registration beside the password, each with a value for tests.
    pub(super) asked: Vec<(String, &'static str)>,
    /// Fields that everybody signed in sees of themselves.
    pub(super) shown: Vec<String>,
}

/// Values for tests of the fields that are known.
const KNOWN: [(&str, &str); 7] = [
    ("username", "ada"),
    ("email", "ada@example.org"),
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("name", "Ada Lovelace"),
    ("full_name", "Ada Lovelace"),
    ("nickname", "ada"),
];

/// Reads them; `NotApplicable` where registration needs what the recipe does not know.
pub(super) fn users(survey: &Survey<'_>, project: &Project) -> Result<Users, ProposeError> {
    let stated = survey.setting("AUTH_USER_MODEL").and_then(|(_, _, value)| string_value(value));
    let model = survey.models.get(&project.user);
    let class = model.and_then(|model| survey.class(&model.path, &project.user)).map(|(_, class)| class);
    let Some(class) = class.filter(|_| stated.is_some()) else {
        return match stated.filter(|stated| stated != "auth.User") {
            Some(stated) => Err(ProposeError::NotApplicable(format!(
                "AUTH_USER_MODEL is {stated}, and no class of that name was found here to see what registration needs"
            ))),
            None => of("username", "id", "int", &["email".to_owned()], &["email", "is_staff"]),
        };
    };
    let is_whole = bases(class).iter().any(|base| last_name(base) == Some("AbstractUser"));
    let own = |name: &str| assigned(&class.body, name);
    let has = |name: &str| match own(name) {
        Some(value) => !matches!(value, Expr::NoneLiteral(_)),
        None => is_whole,
    };
    if !has("is_staff") {
        return Err(ProposeError::NotApplicable(format!(
            "{} has no is_staff, by which Django tells who may do what; the recipe auth needs it",
            class.name
        )));
    }
    let required: Vec<String> = match own("REQUIRED_FIELDS") {
        Some(list) => elements(list).iter().filter_map(string_value).collect(),
        None if is_whole => vec!["email".to_owned()],
        None => Vec::new(),
    };
    let (key, converter) = key_of(survey, class, model.map_or("", |model| model.path.as_str()));
    let shown: Vec<&str> = ["email", "is_staff"].into_iter().filter(|name| has(name)).collect();
    of(&project.user_key, &key, converter, &required, &shown)
}

fn of(
    username: &str,
    key: &str,
    converter: &'static str,
    required: &[String],
    shown: &[&str],
) -> Result<Users, ProposeError> {
    let mut asked = Vec::new();
    let names = std::iter::once(username).chain(required.iter().map(String::as_str));
    for name in names.filter(|name| *name != "password") {
        let Some((_, value)) = KNOWN.iter().find(|(known, _)| *known == name) else {
            return Err(ProposeError::NotApplicable(format!(
                "registration here needs {name}, and what a user may give as {name} is not for a recipe to say"
            )));
        };
        if !asked.iter().any(|(known, _)| known == name) {
            asked.push((name.to_owned(), *value));
        }
    }
    let mut all = vec![key.to_owned(), username.to_owned()];
    all.extend(shown.iter().filter(|name| **name != username).map(|name| (*name).to_owned()));
    Ok(Users { username: username.to_owned(), key: key.to_owned(), converter, asked, shown: all })
}

fn key_of(survey: &Survey<'_>, class: &StmtClassDef, path: &str) -> (String, &'static str) {
    match migrations::own_key(survey, path, class.name.as_str()) {
        Some((name, source)) if source.contains("UUIDField") => (name.to_owned(), "uuid"),
        Some((name, source)) if source.contains("CharField") => (name.to_owned(), "str"),
        Some((name, _)) => (name.to_owned(), "int"),
        None => ("id".to_owned(), "int"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::django::survey::Texts;

    fn read(models: &str, settings: &str) -> Result<Users, ProposeError> {
        let texts: Texts = [("shop/settings.py", settings), ("people/models.py", models)]
            .map(|(path, text)| (path.into(), text.into()))
            .into();
        let survey = Survey::of(&texts);
        users(&survey, &Project::read(&survey))
    }

    #[test]
    fn djangos_own_users_and_those_derived_from_them_register_with_what_they_need() {
        let plain = read("", "DEBUG = False\n").unwrap();
        assert_eq!((plain.username.as_str(), plain.asked.len(), plain.converter), ("username", 2, "int"));
        let own = "class Person(AbstractUser):\n    id = models.UUIDField(primary_key=True)\n    username = None\n    email = models.EmailField(unique=True)\n    USERNAME_FIELD = \"email\"\n    REQUIRED_FIELDS = [\"first_name\"]\n";
        let users = read(own, "AUTH_USER_MODEL = \"people.Person\"\n").unwrap();
        assert_eq!(users.shown, ["id", "email", "is_staff"]);
        assert_eq!((users.username.as_str(), users.converter), ("email", "uuid"));
        assert_eq!(users.asked, [("email".into(), "ada@example.org"), ("first_name".into(), "Ada")]);
    }

    #[test]
    fn what_a_recipe_cannot_know_of_users_is_told() {
        let setting = "AUTH_USER_MODEL = \"people.Person\"\n";
        let unknown = "class Person(AbstractUser):\n    REQUIRED_FIELDS = [\"born_on\"]\n";
        let bare = "class Person(AbstractBaseUser):\n    email = models.EmailField()\n    USERNAME_FIELD = \"email\"\n";
        for (models, word) in [(unknown, "born_on"), (bare, "is_staff"), ("", "people.Person")] {
            match read(models, setting) {
                Err(ProposeError::NotApplicable(why)) => assert!(why.contains(word), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
