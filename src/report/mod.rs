//! Reports: text, Markdown, HTML, JSON, SARIF, JUnit, GitHub annotations.
