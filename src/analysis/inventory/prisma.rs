//! Models of a Prisma schema, which is a language of its own.

use crate::{
    analysis::source::SourceFiles,
    domain::map::{BackendMap, Model},
};

/// The models of every `.prisma` file of the map.
pub(super) fn models(files: &dyn SourceFiles, map: &BackendMap) -> Vec<Model> {
    map.files
        .iter()
        .filter(|file| file.path.ends_with(".prisma"))
        .filter_map(|file| Some((file.path.as_str(), files.text(&file.path).ok()?)))
        .flat_map(|(path, text)| read(path, &text))
        .collect()
}

fn read(path: &str, text: &str) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or(line).trim();
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if first == "model"
            && let Some(name) = words.next()
        {
            is_open = true;
            models.push(Model {
                name: name.to_owned(),
                table: None,
                columns: Vec::new(),
                file: path.to_owned(),
                line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            });
        } else if first == "}" {
            is_open = false;
        } else if is_open && let Some(model) = models.last_mut() {
            if let Some(mapped) = line.strip_prefix("@@map(") {
                model.table = mapped.split('"').nth(1).map(str::to_owned);
            } else if first.starts_with(|c: char| c.is_alphabetic()) && !line.contains("@relation") {
                // A list of another model is a relation, not a column.
                let is_list = words.next().is_some_and(|ty| ty.ends_with("[]"));
                if !is_list {
                    model.columns.push(first.to_owned());
                }
            }
        }
    }
    models
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn models_are_read_with_their_table_and_columns() {
        let text = "model User {\n  id Int @id // key\n  email String @unique\n  posts Post[]\n  team Team @relation(fields: [teamId])\n  teamId Int\n  @@map(\"users\")\n}\nenum Role { A }\n";
        assert_eq!(
            read("prisma/schema.prisma", text),
            [Model {
                name: "User".into(),
                table: Some("users".into()),
                columns: vec!["id".into(), "email".into(), "teamId".into()],
                file: "prisma/schema.prisma".into(),
                line: 1,
            }]
        );
    }
}
