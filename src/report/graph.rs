//! The import graph between layers, for Graphviz and for Mermaid.
//!
//! One box for each layer, one node for each file, one arrow for each import. An arrow
//! against the order router → service → repository → model is drawn bold and dashed.
//! Tests are left out: they import everything and would hide the rest.

use super::escape;
use crate::domain::{layer::Layer, map::BackendMap};
use std::{collections::BTreeMap, fmt::Write};

/// Fill colours that are told apart by people who do not see red and green alike.
fn fill(layer: Layer) -> &'static str {
    match layer {
        Layer::Router => "#cfe2f3",
        Layer::Service => "#fff2cc",
        Layer::Repository => "#d9ead3",
        Layer::Model => "#ead1dc",
        Layer::Schema => "#e6e0ec",
        Layer::Migration => "#f4e1cd",
        Layer::Config | Layer::Middleware | Layer::Error | Layer::Job | Layer::Test | Layer::Other => {
            "#eeeeee"
        }
    }
}

/// What is drawn: nodes by layer, and arrows between their numbers.
struct Graph<'a> {
    layers: Vec<(Layer, Vec<(usize, &'a str)>)>,
    arrows: Vec<(usize, usize, Direction)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Inward,
    Against,
}

impl<'a> Graph<'a> {
    fn of(map: &'a BackendMap) -> Self {
        let files = map.files.iter().filter(|file| file.layer != Layer::Test);
        let mut numbers: BTreeMap<&str, (usize, Layer)> = BTreeMap::new();
        let mut layers: Vec<(Layer, Vec<(usize, &str)>)> =
            Layer::ALL.into_iter().map(|layer| (layer, Vec::new())).collect();
        for (number, file) in files.enumerate() {
            numbers.insert(&file.path, (number, file.layer));
            for (_, nodes) in layers.iter_mut().filter(|(layer, _)| *layer == file.layer) {
                nodes.push((number, &file.path));
            }
        }
        layers.retain(|(_, nodes)| !nodes.is_empty());
        let arrows = map
            .edges
            .iter()
            .filter_map(|edge| {
                let (from, from_layer) = *numbers.get(edge.from.as_str())?;
                let (to, to_layer) = *numbers.get(edge.to.as_str())?;
                let against = from_layer.depth().zip(to_layer.depth()).is_some_and(|(from, to)| to < from);
                Some((from, to, if against { Direction::Against } else { Direction::Inward }))
            })
            .collect();
        Self { layers, arrows }
    }
}

/// For `dot -Tsvg`.
pub fn dot(map: &BackendMap) -> String {
    let graph = Graph::of(map);
    let mut out = String::from(
        "digraph layers {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
    );
    let quoted =
        |text: &str| format!("\"{}\"", escape::line(text).replace('\\', "\\\\").replace('"', "\\\""));
    for (layer, nodes) in &graph.layers {
        let _infallible = writeln!(out, "  subgraph cluster_{layer} {{\n    label=\"{layer}\";");
        for (number, path) in nodes {
            let _infallible =
                writeln!(out, "    f{number} [label={}, fillcolor=\"{}\"];", quoted(path), fill(*layer));
        }
        out.push_str("  }\n");
    }
    for (from, to, direction) in &graph.arrows {
        let look = match direction {
            Direction::Inward => "",
            Direction::Against => " [color=\"#c00000\", style=\"bold,dashed\", label=\"against\"]",
        };
        let _infallible = writeln!(out, "  f{from} -> f{to}{look};");
    }
    out.push_str("}\n");
    out
}

/// For Markdown that draws Mermaid.
pub fn mermaid(map: &BackendMap) -> String {
    let graph = Graph::of(map);
    let mut out = String::from("flowchart LR\n");
    for (layer, nodes) in &graph.layers {
        let _infallible = writeln!(out, "  subgraph {layer}_layer [\"{layer}\"]");
        for (number, path) in nodes {
            let _infallible = writeln!(out, "    f{number}[\"{}\"]", mermaid_text(path));
        }
        out.push_str("  end\n");
    }
    for (from, to, direction) in &graph.arrows {
        let _infallible = match direction {
            Direction::Inward => writeln!(out, "  f{from} --> f{to}"),
            Direction::Against => writeln!(out, "  f{from} -. against .-> f{to}"),
        };
    }
    out
}

/// Text inside Mermaid's quotes: anything that could end them or start markup is a number.
fn mermaid_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::line(text).chars() {
        if c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ' ') {
            out.push(c);
        } else {
            let _infallible = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::map::{Edge, SourceFile};
    use pretty_assertions::assert_eq;

    fn map() -> BackendMap {
        let file = |path: &str, layer| SourceFile {
            path: path.into(),
            layer,
            evidence: Vec::new(),
            functions: 0,
            queries: 0,
        };
        let edge = |from: &str, to: &str| Edge { from: from.into(), to: to.into(), line: 1 };
        BackendMap {
            files: vec![
                file("a\"]\n.py", Layer::Router),
                file("b.py", Layer::Service),
                file("test_b.py", Layer::Test),
            ],
            edges: vec![edge("a\"]\n.py", "b.py"), edge("b.py", "a\"]\n.py"), edge("test_b.py", "b.py")],
            ..BackendMap::default()
        }
    }

    #[test]
    fn mermaid_draws_layers_and_marks_imports_against_the_order() {
        assert_eq!(
            mermaid(&map()),
            "flowchart LR\n  subgraph router_layer [\"router\"]\n    f0[\"a#34;#93;#92;n.py\"]\n  end\n  \
             subgraph service_layer [\"service\"]\n    f1[\"b.py\"]\n  end\n  f0 --> f1\n  f1 -. against .-> f0\n"
        );
    }

    #[test]
    fn a_hostile_name_cannot_leave_its_quotes_in_dot() {
        let text = dot(&map());
        assert!(text.contains("label=\"a\\\"]\\\\n.py\""), "{text}");
        assert!(text.contains("f1 -> f0 [color"), "{text}");
        assert!(!text.contains("test_b.py"));
    }
}
