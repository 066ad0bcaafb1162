//! A YAML or JSON document in which every value knows its line.

use crate::knowledge::{
    error::KnowledgeError,
    yaml::{self, Placed},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// In file order.
    Map(Vec<(Placed<String>, Placed<Node>)>),
    List(Vec<Placed<Node>>),
    /// As text.
    Scalar(String),
    Null,
}

/// Parses a document; JSON is YAML.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, KnowledgeError> {
    yaml::parse(file, text)
}

impl Node {
    /// The value of a key, with its place.
    pub(super) fn get(&self, key: &str) -> Option<(u32, &Node)> {
        self.entries().find(|(name, _, _)| *name == key).map(|(_, line, node)| (line, node))
    }

    /// Keys, the line of each, and values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, u32, &Node)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            Self::List(_) | Self::Scalar(_) | Self::Null => &[],
        };
        entries.iter().map(|(key, node)| (key.value.as_str(), yaml::line_of(key), &node.value))
    }

    /// Elements with the line of each.
    pub(super) fn items(&self) -> impl Iterator<Item = (u32, &Node)> {
        let items = match self {
            Self::List(items) => items.as_slice(),
            Self::Map(_) | Self::Scalar(_) | Self::Null => &[],
        };
        items.iter().map(|node| (yaml::line_of(node), &node.value))
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            Self::Map(_) | Self::List(_) | Self::Null => None,
        }
    }

    /// The text of a key's scalar.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.1.text()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value()?));
        }
        Ok(Node::Map(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }
}
