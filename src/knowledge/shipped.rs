//! The shipped knowledge, read ahead of time.
//!
//! `build.rs` keeps what the YAML files and the heads of the pages say as JSON, because
//! every run of the program begins by reading all of them. What is asked for is the same
//! value either way; a test reads every file both ways.

use super::{error::KnowledgeError, source, yaml};
use serde::de::DeserializeOwned;

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The value of a shipped file by its name under `resources/`, for example
/// `packs/fastapi.yaml`; of a page, its head. An error has the place in the file.
pub fn shipped<T: DeserializeOwned>(name: &str) -> Result<T, KnowledgeError> {
    match ahead(name) {
        Some(value) => Ok(value),
        None => match source::embedded(name) {
            Some(text) => yaml::parse(&format!("resources/{name}"), text),
            None => Err(KnowledgeError::Unreadable {
                file: format!("resources/{name}"),
                reason: "the file is missing".into(),
            }),
        },
    }
}

/// What was read ahead of time, where it fits the type.
pub(crate) fn ahead<T: DeserializeOwned>(name: &str) -> Option<T> {
    let at = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (_, json) = TABLE.get(at)?;
    serde_json::from_str(json).ok()
}

/// Names of the shipped `.yaml` files below a folder, sorted.
pub fn shipped_names(folder: &str) -> impl Iterator<Item = &'static str> {
    source::below(folder).filter(|name| name.ends_with(".yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{packs::Pack, page, source::Text};
    use serde_json::Value;

    #[test]
    fn every_shipped_file_says_the_same_read_ahead_and_read_as_yaml() {
        let mut files = 0;
        for (name, _) in TABLE {
            let text = source::embedded(name).expect("embedded");
            let yaml: Value = if name.ends_with(".md") {
                page::parse(name, text).unwrap_or_else(|error| panic!("{error}")).head
            } else {
                yaml::parse(name, text).unwrap_or_else(|error| panic!("{error}"))
            };
            assert_eq!(ahead::<Value>(name), Some(yaml), "{name}");
            files += 1;
        }
        assert!(files > 150, "{files}");
    }

    #[test]
    fn every_shipped_pack_fits_its_type_without_reading_yaml() {
        for name in shipped_names("packs") {
            let pack = ahead::<Pack>(name).unwrap_or_else(|| panic!("{name} is read as YAML at every start"));
            let yaml = yaml::parse::<Pack>(name, source::embedded(name).expect("embedded"));
            assert_eq!(yaml.ok(), Some(pack), "{name}");
        }
    }

    #[test]
    fn a_file_that_does_not_fit_is_an_error_with_its_place() {
        #[derive(Debug, serde::Deserialize)]
        struct Other {
            #[expect(dead_code, reason = "it is never there")]
            never: String,
        }
        let error = shipped::<Other>("packs/fastapi.yaml").expect_err("another type");
        assert!(error.to_string().starts_with("resources/packs/fastapi.yaml:"), "{error}");
        assert!(shipped::<Other>("packs/none.yaml").is_err());
    }

    #[test]
    fn an_overlay_of_the_same_name_is_read_as_it_stands() {
        let text = Text {
            label: "resources/rules/orm/n-plus-one.yaml".into(),
            text: "own: 1\n".into(),
            shipped: false,
        };
        assert_eq!(yaml::of::<Value>(&text).expect("valid"), serde_json::json!({ "own": 1 }));
    }
}
