//! Folders that hold no source of the project: dependencies, build output, tool caches.
//!
//! Ignore files usually name them; this table covers repositories that forget to, and git
//! trees into which such folders were committed.

/// Folder names that are never source, and what they hold.
const ALWAYS: &[(&str, &str)] = &[
    (".git", "version control"),
    (".hg", "version control"),
    (".svn", "version control"),
    (".jj", "version control"),
    ("node_modules", "dependencies"),
    ("bower_components", "dependencies"),
    ("jspm_packages", "dependencies"),
    (".venv", "dependencies"),
    ("site-packages", "dependencies"),
    ("__pypackages__", "dependencies"),
    (".yarn", "dependencies"),
    (".pnpm-store", "dependencies"),
    (".bundle", "dependencies"),
    (".cargo", "tool folder"),
    ("__pycache__", "tool cache"),
    (".tox", "tool cache"),
    (".nox", "tool cache"),
    (".mypy_cache", "tool cache"),
    (".ruff_cache", "tool cache"),
    (".pytest_cache", "tool cache"),
    (".hypothesis", "tool cache"),
    (".eggs", "build output"),
    (".gradle", "tool cache"),
    (".idea", "tool folder"),
    (".vscode", "tool folder"),
    (".vs", "tool folder"),
    (".terraform", "tool cache"),
    (".next", "build output"),
    (".nuxt", "build output"),
    (".svelte-kit", "build output"),
    (".turbo", "tool cache"),
    (".parcel-cache", "tool cache"),
    (".nyc_output", "build output"),
    ("_build", "build output"),
];

/// Folder names that are not source when one of these files stands beside or inside them.
const WHEN: &[(&str, &str, Sign)] = &[
    ("target", "build output", Sign::Beside(&["Cargo.toml", "pom.xml", "build.sbt"])),
    ("target", "build output", Sign::Inside(&["CACHEDIR.TAG"])),
    ("venv", "dependencies", Sign::Inside(&["pyvenv.cfg"])),
    ("env", "dependencies", Sign::Inside(&["pyvenv.cfg"])),
    ("vendor", "dependencies", Sign::Beside(&["go.mod", "composer.json", "Gemfile"])),
    ("deps", "dependencies", Sign::Beside(&["mix.exs"])),
    ("dist", "build output", Sign::Beside(&["package.json", "pyproject.toml", "setup.py", "setup.cfg"])),
    ("build", "build output", Sign::Beside(&["build.gradle", "build.gradle.kts", "setup.py"])),
    ("coverage", "build output", Sign::Inside(&["lcov.info", "coverage-final.json"])),
    ("bin", "build output", Sign::Beside(&["*.csproj", "*.fsproj"])),
    ("obj", "build output", Sign::Beside(&["*.csproj", "*.fsproj"])),
];

/// Where the file that proves a [`WHEN`] row stands. `*.ext` matches an extension.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Beside(&'static [&'static str]),
    Inside(&'static [&'static str]),
}

/// Whether folders of that name never hold source, whatever stands beside them.
pub fn is_never_source(name: &str) -> bool {
    ALWAYS.iter().any(|(known, _)| *known == name)
}

/// Why a folder is left out, or none. `beside` and `inside` say whether a file of that
/// name (or pattern `*.ext`) stands in the folder's parent, or in the folder.
pub(super) fn folder(
    name: &str,
    beside: impl Fn(&str) -> bool,
    inside: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    if let Some((_, why)) = ALWAYS.iter().find(|(known, _)| *known == name) {
        return Some(why);
    }
    if name.ends_with(".egg-info") || name.ends_with(".dist-info") {
        return Some("build output");
    }
    WHEN.iter()
        .find(|(known, _, sign)| {
            *known == name
                && match sign {
                    Sign::Beside(files) => files.iter().any(|file| beside(file)),
                    Sign::Inside(files) => files.iter().any(|file| inside(file)),
                }
        })
        .map(|(_, why, _)| *why)
}

/// Whether a file name matches a name or a `*.ext` pattern of the table.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => name.ends_with(suffix),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_named_target_is_source_unless_a_manifest_stands_beside_it() {
        assert_eq!(folder("target", |_| false, |_| false), None);
        assert_eq!(folder("target", |file| file == "Cargo.toml", |_| false), Some("build output"));
    }

    #[test]
    fn node_modules_are_left_out_wherever_they_stand() {
        assert_eq!(folder("node_modules", |_| false, |_| false), Some("dependencies"));
    }
}
