//! Reads the shipped YAML ahead of time, so that no start of the program has to.
//!
//! Each knowledge file that the program parses itself, and the head of each page, becomes
//! a line of JSON in a table that `src/knowledge/shipped.rs` includes. JSON is read some
//! twenty times faster than YAML, and every run begins with these files. A file that is
//! no valid YAML is left out here: the program then parses its text and says the place.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Folders of other programs' files, which are not knowledge.
const OTHERS: [&str; 4] = ["demo", "lessons", "recipes", "schema"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=resources");
    println!("cargo::rerun-if-changed=themes");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("resources");
    let mut names = Vec::new();
    collect(&root, "", &mut names)?;
    names.sort();
    let mut table = String::from("static TABLE: &[(&str, &str)] = &[\n");
    for name in names {
        let text = fs::read_to_string(root.join(&name))?;
        let yaml = if name.ends_with(".md") { head(&text) } else { Some(text.as_str()) };
        if let Some(yaml) = yaml
            && let Ok(value) = serde_saphyr::from_str::<serde_json::Value>(yaml)
        {
            writeln!(table, "    ({name:?}, {:?}),", value.to_string())?;
        }
    }
    table.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("shipped.rs"), table)?;
    Ok(())
}

/// Names of the knowledge files below a folder, with `/` between their parts.
fn collect(folder: &Path, below: &str, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(own) = entry.file_name().into_string() else { continue };
        let name = if below.is_empty() { own } else { format!("{below}/{own}") };
        if entry.file_type()?.is_dir() {
            if !OTHERS.contains(&name.as_str()) {
                collect(&entry.path(), &name, names)?;
            }
        } else if Path::new(&name).extension().is_some_and(|ending| ending == "yaml" || ending == "md") {
            names.push(name);
        }
    }
    Ok(())
}

/// What stands between the two `---` lines of a page.
fn head(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("---\n")?;
    inside.get(..inside.find("\n---\n")? + 1)
}
