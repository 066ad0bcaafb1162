//! Every rule over its own examples: the bad code is found, the good code is not.
//!
//! Examples are fragments; the preludes here give them the imports and parameters that a
//! whole file would have.

use crate::support::scan::{findings, project};
use proscenium::knowledge::{
    Knowledge,
    rules::{RuleCard, RuleExample},
};

/// Frameworks of examples that a rule does not find yet, with the reason.
const MISSED: [(&str, &str, &str); 3] = [
    ("orm/n-plus-one", "sqlalchemy", "a relation that is read as an attribute is not told from a column"),
    ("orm/n-plus-one", "django", "a relation that is read as an attribute is not told from a column"),
    ("orm/unbounded-list", "fastapi", "the query is where the finding is, not the route above it"),
];

const PYTHON: &str = "\
import hashlib
import os
import httpx
import jwt
import requests
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy import ForeignKey, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, selectinload
from sqlmodel import Field
";

const TYPESCRIPT: &str = "\
import axios from 'axios';
import * as https from 'https';
import * as jwt from 'jsonwebtoken';
import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { readFile } from 'fs/promises';
import { Router } from 'express';
import { PrismaClient } from '@prisma/client';
import { Column, DataSource, Index, ManyToOne, Repository } from 'typeorm';
import { Controller, Get, Param } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
const prisma = new PrismaClient();
const router = Router();
";

const RUST: &str = "\
use axum::{extract::{Path, State}, Json, Router, routing::get};
use sqlx::PgPool;
use jsonwebtoken::{EncodingKey, Validation, Algorithm};
use tower_http::cors::{Any, CorsLayer};
use axum_extra::extract::cookie::{Cookie, SameSite};
";

fn cards() -> Vec<RuleCard> {
    Knowledge::load(&[]).expect("the shipped knowledge loads").rules
}

#[test]
fn every_rule_is_looked_for() {
    let without: Vec<String> =
        cards().into_iter().filter(|card| card.matcher.is_none()).map(|card| card.id).collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_example_of_an_implemented_rule_holds() {
    let mut wrong = Vec::new();
    for card in cards().iter().filter(|card| card.matcher.is_some()) {
        for example in &card.examples {
            let missed =
                MISSED.iter().any(|(rule, framework, _)| *rule == card.id && *framework == example.framework);
            for (code, expected) in [(&example.bad, !missed), (&example.good, false)] {
                let Some(files) = files_of(card, example, code) else { continue };
                let found = findings(&project(&files));
                let is_found = found.iter().any(|finding| finding.rule == card.id);
                if is_found != expected {
                    let kind = if expected { "bad is not found" } else { "is found" };
                    wrong.push(format!(
                        "{} {} {}: {kind}\n{code}",
                        card.id, example.framework, example.language
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// The files of a project that holds the example; none for languages without a front end.
fn files_of(card: &RuleCard, example: &RuleExample, code: &str) -> Option<Vec<(String, String)>> {
    let (default, text) = match example.language.as_str() {
        "python" => {
            let router = if code.contains("@router") { "router = APIRouter()\n" } else { "" };
            ("app/example.py", format!("{PYTHON}{router}{}", python(card, code)))
        }
        "typescript" | "javascript" => ("src/example.ts", format!("{TYPESCRIPT}{}", typescript(card, code))),
        "rust" => ("src/example.rs", format!("{RUST}{}", rust(code))),
        "sql" => ("migrations/1.sql", code.to_owned()),
        _ => return None,
    };
    let path = if example.path.is_empty() { default } else { &example.path };
    let mut files = vec![(path.to_owned(), text)];
    files.extend(stubs(path).into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())));
    Some(files)
}

/// What the examples import.
fn stubs(path: &str) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("app/repositories/users.py", "class UserRepository:\n    def get(self, id): ...\n"),
        ("app/services/users.py", "class UserService:\n    def get(self, id): ...\n"),
        ("app/services/pricing.py", "class PricingService:\n    def total(self, order): ...\n"),
        ("app/models/customer.py", "from app.models.order import Order\nclass Customer: ...\n"),
        ("src/users/users.repository.ts", "export class UsersRepository { get(id: string) {} }\n"),
        ("src/users/users.service.ts", "export class UsersService { get(id: string) {} }\n"),
        ("src/pricing/pricing.service.ts", "export class PricingService { total() {} }\n"),
        (
            "src/orders/order.entity.ts",
            "import { Entity } from 'typeorm';\n@Entity()\nexport class Order {}\n",
        ),
        (
            "src/customers/customer.ts",
            "import { Order } from '../orders/order';\nexport class Customer { o = new Order(); }\n",
        ),
        ("src/repositories/users.rs", "pub fn get() {}\n"),
        ("src/services/users.rs", "pub fn get() {}\n"),
        ("src/services/pricing.rs", "pub fn total() {}\n"),
        ("src/models/order.rs", "pub struct Order;\n"),
        ("src/repositories/mod.rs", "pub mod users;\n"),
        ("src/services/mod.rs", "pub mod users;\npub mod pricing;\n"),
        ("src/models/mod.rs", "pub mod order;\n"),
        ("src/main.rs", "mod repositories;\nmod services;\nmod models;\nmod routes;\nfn main() {}\n"),
    ];
    all.into_iter().filter(|(stub, _)| *stub != path && same_language(stub, path)).collect()
}

fn same_language(one: &str, other: &str) -> bool {
    one.rsplit('.').next() == other.rsplit('.').next()
}

fn is_statement(card: &RuleCard) -> bool {
    ["orm/", "async/", "sec/sql", "sec/mass"].iter().any(|start| card.id.starts_with(start))
}

fn python(card: &RuleCard, code: &str) -> String {
    let whole =
        ["def ", "async def", "class ", "@", "from ", "import "].iter().any(|start| code.starts_with(start));
    if whole || !is_statement(card) {
        return code.to_owned();
    }
    let names = "request, session, orders, sort, names";
    format!("async def example({names}):\n{}", indent(code))
}

fn typescript(card: &RuleCard, code: &str) -> String {
    let whole = ["@Controller", "@Injectable", "export", "import", "class "]
        .iter()
        .any(|start| code.starts_with(start));
    if whole || code.contains("router.get") || code.contains("createHash") {
        return code.to_owned();
    }
    let fields =
        "private dataSource: DataSource, private orders: Repository<Order>, private items: Repository<Item>";
    if code.starts_with('@') || code.starts_with("async read") {
        return format!("@Entity()\nclass Example {{\n{}}}\n", indent(code));
    }
    if !is_statement(card) {
        return code.to_owned();
    }
    let parameters = "status: string, sort: string, id: string, orders: any[], req: any, page: any";
    format!(
        "class Example {{\n  constructor({fields}) {{}}\n  async example({parameters}) {{\n{}  }}\n}}\n",
        indent(&indent(code))
    )
}

fn rust(code: &str) -> String {
    let whole = ["use ", "async fn", "fn ", "pub ", "struct ", "const ", "impl "]
        .iter()
        .any(|start| code.starts_with(start));
    if whole {
        let handler = if code.contains("read_order") {
            "pub fn routes() -> Router { Router::new().route(\"/orders/{id}\", get(read_order)) }\n"
        } else {
            ""
        };
        return format!("{code}{handler}");
    }
    let parameters = "pool: &PgPool, connection: &mut PgConnection, status: &str, sort: &str, orders: Vec<Order>, password: &str";
    format!("pub async fn example({parameters}) -> Result<(), Error> {{\n{}}}\n", indent(code))
}

fn indent(code: &str) -> String {
    code.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}
