//! The languages that have a front end.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A programming language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    Python,
    JavaScript,
    TypeScript,
    Rust,
    Java,
    Kotlin,
    CSharp,
    Go,
    Ruby,
    Php,
    Elixir,
}

impl Lang {
    /// Every language, in display order.
    pub const ALL: [Self; 11] = [
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Rust,
        Self::Java,
        Self::Kotlin,
        Self::CSharp,
        Self::Go,
        Self::Ruby,
        Self::Php,
        Self::Elixir,
    ];

    /// The lower-case name used in packs and formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Rust => "rust",
            Self::Java => "java",
            Self::Kotlin => "kotlin",
            Self::CSharp => "csharp",
            Self::Go => "go",
            Self::Ruby => "ruby",
            Self::Php => "php",
            Self::Elixir => "elixir",
        }
    }

    /// Whether format strings mark their holes with a percent sign rather than with braces.
    pub fn writes_percent(self) -> bool {
        matches!(self, Self::Go | Self::Java | Self::Kotlin | Self::Php | Self::Ruby | Self::Elixir)
    }

    /// Whether an object is made with a word of its own, so that a bare name that is called
    /// is never a class.
    pub fn constructs_by_word(self) -> bool {
        matches!(self, Self::CSharp | Self::Java | Self::Php)
    }

    /// The language of that name, or none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.name() == name)
    }

    /// The language that the end of a path stands for, or none.
    pub fn from_path(path: &str) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = file.rsplit_once('.')?;
        match extension {
            "py" | "pyi" => Some(Self::Python),
            "js" | "jsx" | "mjs" | "cjs" => Some(Self::JavaScript),
            "ts" | "tsx" | "mts" | "cts" => Some(Self::TypeScript),
            "rs" => Some(Self::Rust),
            "java" => Some(Self::Java),
            "kt" | "kts" => Some(Self::Kotlin),
            "cs" => Some(Self::CSharp),
            "go" => Some(Self::Go),
            "rb" | "rake" | "ru" => Some(Self::Ruby),
            "php" => Some(Self::Php),
            "ex" | "exs" => Some(Self::Elixir),
            _ => None,
        }
    }

    /// Whether two languages import each other's modules.
    pub fn shares_modules_with(self, other: Self) -> bool {
        self == other || (self.is_ecmascript() && other.is_ecmascript()) || (self.is_jvm() && other.is_jvm())
    }

    /// Whether this runs on the Java virtual machine.
    pub fn is_jvm(self) -> bool {
        matches!(self, Self::Java | Self::Kotlin)
    }

    /// Whether importing a module runs it, so that modules that import each other matter.
    pub fn runs_imports(self) -> bool {
        self == Self::Python || self.is_ecmascript()
    }

    /// The path by which packs know a module that this language writes as `module`.
    pub fn dotted_module(self, module: &str) -> String {
        match self {
            Self::Rust => module.replace("::", "."),
            Self::Php => module.trim_start_matches('\\').replace('\\', "."),
            Self::Ruby => module.trim_start_matches("::").replace("::", "."),
            // A new major version is another module, but the same library.
            Self::Go => match module.rsplit_once("/v") {
                Some((path, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => path.to_owned(),
                _ => module.to_owned(),
            },
            Self::Python
            | Self::JavaScript
            | Self::TypeScript
            | Self::Java
            | Self::Kotlin
            | Self::CSharp
            | Self::Elixir => module.to_owned(),
        }
    }

    /// Whether this is JavaScript or TypeScript.
    pub fn is_ecmascript(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_names_the_language() {
        let cases = [
            ("app/main.py", Some(Lang::Python)),
            ("src/a.mts", Some(Lang::TypeScript)),
            ("src/a.d.ts", Some(Lang::TypeScript)),
            ("x.cjs", Some(Lang::JavaScript)),
            ("src/main.rs", Some(Lang::Rust)),
            ("Makefile", None),
            ("dir.py/file", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Lang::from_path(path), expected, "{path}");
        }
    }
}
