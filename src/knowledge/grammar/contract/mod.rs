//! Contracts attached to a task: OpenAPI, JSON Schema, GraphQL.
//!
//! Each operation, each constraint and each required field becomes one criterion with
//! the line where the contract says so. The text may come from anywhere; it is parsed
//! under a budget and never followed: references to other files are not opened.

mod graphql;
mod json_schema;
mod node;
mod openapi;

use crate::{
    domain::{
        ids::CriterionId,
        place::Place,
        task::{Criterion, CriterionSource, CriterionState},
    },
    knowledge::KnowledgeError,
};
use node::Node;

/// More criteria than this cannot be read by a person; the rest is counted.
const LIMIT: usize = 200;

/// What a contract file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    pub kind: ContractKind,
    /// In file order, numbered from 1; the caller renumbers them into its task.
    pub criteria: Vec<Criterion>,
    /// Statements beyond the limit, which were not taken.
    pub left_out: usize,
}

/// The format of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractKind {
    OpenApi,
    JsonSchema,
    Graphql,
}

impl ContractKind {
    /// As shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "OpenAPI",
            Self::JsonSchema => "JSON Schema",
            Self::Graphql => "GraphQL",
        }
    }
}

/// One statement and its 1-based line.
type Statement = (String, u32);

/// Reads a contract. The format is known by the file name and the first keys.
pub fn read_contract(path: &str, text: &str) -> Result<Contract, KnowledgeError> {
    let name = path.to_lowercase();
    let (kind, mut statements) = if name.ends_with(".graphql") || name.ends_with(".gql") {
        (ContractKind::Graphql, graphql::statements(path, text)?)
    } else {
        let root: Node = node::parse(path, text)?;
        if root.get("openapi").is_some() || root.get("swagger").is_some() {
            (ContractKind::OpenApi, openapi::statements(&root))
        } else if ["$schema", "properties", "$defs", "definitions", "type"]
            .iter()
            .any(|key| root.get(key).is_some())
        {
            (ContractKind::JsonSchema, json_schema::document(&root))
        } else {
            let reason = "neither OpenAPI (`openapi`), nor JSON Schema (`$schema`, `properties`), nor GraphQL (.graphql)";
            return Err(KnowledgeError::at(path, 1, 1, reason));
        }
    };
    if statements.is_empty() {
        let reason = format!("this {} states no operation, constraint or required field", kind.name());
        return Err(KnowledgeError::at(path, 1, 1, reason));
    }
    let left_out = statements.len().saturating_sub(LIMIT);
    statements.truncate(LIMIT);
    let criteria = (1..)
        .zip(statements)
        .map(|(number, (text, line))| Criterion {
            id: CriterionId(number),
            text: printable(&text),
            tests: Vec::new(),
            state: CriterionState::Proposed,
            source: CriterionSource::Contract { place: Place::new(path, line) },
        })
        .collect();
    Ok(Contract { kind, criteria, left_out })
}

/// Contract text goes to the screen: no control characters, and not too long.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn seen(path: &str, text: &str) -> Vec<(String, u32)> {
        let contract = read_contract(path, text).expect(path);
        contract
            .criteria
            .into_iter()
            .map(|criterion| match criterion.source {
                CriterionSource::Contract { place } => (criterion.text, place.line),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn own(list: &[(&str, u32)]) -> Vec<(String, u32)> {
        list.iter().map(|(text, line)| ((*text).to_owned(), *line)).collect()
    }

    const OPENAPI: &str = "\
openapi: 3.1.0
paths:
  /orders:
    parameters: []
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/NewOrder'
      responses:
        201: {description: made}
        409: {description: clash}
  /orders/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true}
      responses:
        '200': {description: ok}
components:
  schemas:
    NewOrder:
      type: object
      required: [total]
      properties:
        total: {type: number, minimum: 0}
        note:
          type: string
          maxLength: 200
";

    #[test]
    fn openapi_operations_constraints_and_required_fields_have_their_lines() {
        assert_eq!(
            seen("api.yaml", OPENAPI),
            own(&[
                ("POST /orders answers 201, 409", 5),
                ("POST /orders without a body is refused", 7),
                ("GET /orders/{id} answers 200", 16),
                ("GET /orders/{id}: path parameter id is required", 18),
                ("NewOrder.total is required", 25),
                ("NewOrder.total: minimum 0", 27),
                ("NewOrder.note: maxLength 200", 30),
            ])
        );
    }

    #[test]
    fn json_schema_in_json_has_lines_too() {
        let text = "{\n  \"$schema\": \"x\",\n  \"title\": \"Order\",\n  \"required\": [\"sku\"],\n  \"properties\": {\n    \"sku\": {\"type\": \"string\", \"pattern\": \"^[A-Z]+$\"},\n    \"state\": {\"enum\": [\"open\", \"paid\"]}\n  }\n}\n";
        assert_eq!(
            seen("order.json", text),
            own(&[
                ("Order.sku is required", 4),
                ("Order.sku: pattern ^[A-Z]+$", 6),
                ("Order.state: one of open, paid", 7),
            ])
        );
    }

    #[test]
    fn graphql_operations_and_required_input_fields() {
        let text = "\"\"\"docs { not a type }\"\"\"\ntype Query {\n  order(id: ID!): Order # one\n  orders(limit: Int = 50): [Order!]!\n}\n\ninput NewOrder @oneOf {\n  total: Float!\n  note: String\n}\ntype Order { id: ID! }\nextend type Mutation { cancel(id: ID!): Order }\n";
        assert_eq!(
            seen("schema.graphql", text),
            own(&[
                ("query order(id: ID!) returns Order", 3),
                ("query orders(limit: Int) returns [Order!]!", 4),
                ("NewOrder.total is required", 8),
                ("mutation cancel(id: ID!) returns Order", 12),
            ])
        );
    }

    #[test]
    fn what_is_no_contract_is_an_error_with_a_place() {
        for (path, text) in [
            ("a.yaml", "name: x\n"),
            ("a.yaml", "openapi: 3.1.0\npaths: [\n"),
            ("a.graphql", "type Query {"),
            ("a.json", ""),
            ("a.yaml", "openapi: 3.0.0\n"),
        ] {
            assert!(read_contract(path, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn hostile_contracts_are_harmless() {
        let deep = format!("openapi: {}", "[".repeat(100_000));
        assert!(read_contract("a.yaml", &deep).is_err());
        let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nopenapi: 3\n";
        assert!(read_contract("a.yaml", bomb).is_err());
        let long = "type Query {\n".to_owned() + &"  f: Int\n".repeat(5_000) + "}\n";
        let contract = read_contract("a.graphql", &long).expect("many fields");
        assert_eq!((contract.criteria.len(), contract.left_out), (LIMIT, 4_800));
    }
}
