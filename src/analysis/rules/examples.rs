//! Examples of rules as small projects: the imports, parameters and neighbours that a
//! fragment would have in a whole program.

use super::example_files::files;
use crate::{
    analysis::source::{Entry, SkipReason, SourceFiles},
    domain::map::Skipped,
    knowledge::rules::{RuleCard, RuleExample},
};
use std::collections::BTreeMap;

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
import express, { Router } from 'express';
import { PrismaClient } from '@prisma/client';
import { Column, DataSource, Index, ManyToOne, Repository } from 'typeorm';
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
const prisma = new PrismaClient();
const router = Router();
const app = express();
app.use(router);
";

const RUST: &str = "\
use axum::{extract::{Path, State}, Json, Router, routing::get};
use sqlx::PgPool;
use jsonwebtoken::{EncodingKey, Validation, Algorithm};
use tower_http::cors::{Any, CorsLayer};
use axum_extra::extract::cookie::{Cookie, SameSite};
";

/// Manifests that make a folder a backend of each language.
const MANIFESTS: [(&str, &[&str], &str); 3] = [
    ("requirements.txt", &["py", "sql", "yml", "env"], "fastapi\nsqlalchemy\nsqlmodel\n"),
    (
        "package.json",
        &["ts", "js"],
        r#"{"name": "x", "dependencies": {"express": "5", "typeorm": "1", "@nestjs/core": "11"}}"#,
    ),
    (
        "Cargo.toml",
        &["rs"],
        "[package]\nname = \"x\"\nversion = \"0.1.0\"\n[dependencies]\naxum = \"1\"\nsqlx = \"1\"\n",
    ),
];

/// Files that are nowhere but in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    entries: Vec<Entry>,
    texts: BTreeMap<String, String>,
}

impl MemoryFiles {
    fn new(texts: BTreeMap<String, String>) -> Self {
        let entries = texts
            .iter()
            .map(|(path, text)| Entry {
                path: path.clone(),
                size_bytes: text.len() as u64,
                stamp: crate::analysis::source::Stamp::Unknown,
            })
            .collect();
        Self { entries, texts }
    }

    /// The same files, one of them with this text.
    #[must_use]
    pub fn with(&self, path: &str, text: &str) -> Self {
        let mut texts = self.texts.clone();
        texts.insert(path.to_owned(), text.to_owned());
        Self::new(texts)
    }
}

impl SourceFiles for MemoryFiles {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn skipped(&self) -> &[Skipped] {
        &[]
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason> {
        let text = self.texts.get(path).ok_or_else(|| SkipReason::Unreadable("it is not there".into()))?;
        Ok(text.clone().into_bytes())
    }
}

/// The project that a piece of an example stands in; none for languages without a front end.
pub fn project(card: &RuleCard, example: &RuleExample, code: &str) -> Option<MemoryFiles> {
    if let Some(texts) = files(&example.language, &example.path, code) {
        return Some(MemoryFiles::new(texts));
    }
    let (default, text) = match example.language.as_str() {
        "python" => {
            let (router, app) = if code.contains("@router") {
                ("router = APIRouter()\n", "\napp = FastAPI()\napp.include_router(router)\n")
            } else {
                ("", "")
            };
            ("app/example.py", format!("{PYTHON}{router}{}{app}", python(card, code)))
        }
        "typescript" | "javascript" => ("src/example.ts", format!("{TYPESCRIPT}{}", typescript(card, code))),
        "rust" => ("src/example.rs", format!("{RUST}{}", rust(code))),
        "sql" => ("migrations/1.sql", code.to_owned()),
        "yaml" | "dotenv" if !example.path.is_empty() => ("", code.to_owned()),
        _ => return None,
    };
    let path = if example.path.is_empty() { default } else { &example.path };
    let mut texts: BTreeMap<String, String> =
        stubs(path).into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let end = path.rsplit('.').next().unwrap_or_default();
    for (manifest, ends, text) in MANIFESTS {
        if ends.contains(&end) {
            texts.insert(manifest.to_owned(), text.to_owned());
        }
    }
    texts.insert(path.to_owned(), text);
    Some(MemoryFiles::new(texts))
}

/// A table whose rows have an owner.
const ITEM: &str = "\
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = \"orders\"
    id: Mapped[int]
    owner_id: Mapped[int]
    items: Mapped[list[\"Item\"]] = relationship()
";

/// A model with a foreign key.
const SHOP: &str = "\
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=80)

class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
";

/// What the examples import.
fn stubs(path: &str) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("app/repositories/users.py", "class UserRepository:\n    def get(self, id): ...\n"),
        ("app/services/users.py", "class UserService:\n    def get(self, id): ...\n"),
        ("app/services/pricing.py", "class PricingService:\n    def total(self, order): ...\n"),
        ("app/models/item.py", ITEM),
        ("shop/models.py", SHOP),
        ("app/models/customer.py", "from app.models.order import Order\nclass Customer: ...\n"),
        ("src/users/users.repository.ts", "export class UsersRepository { get(id: string) {} }\n"),
        ("src/users/users.service.ts", "export class UsersService { get(id: string) {} }\n"),
        ("src/pricing/pricing.service.ts", "export class PricingService { total() {} }\n"),
        (
            "src/orders/order.entity.ts",
            "import { Entity } from 'typeorm';\n@Entity()\nexport class Order { id: number; ownerId: number; }\n",
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
    if whole || code.contains("router.") || code.contains("createHash") {
        return code.to_owned();
    }
    let fields = "private dataSource: DataSource, private orders: Repository<Order>, private items: Repository<Item>, private stock: Repository<Stock>";
    if code.starts_with('@') || code.starts_with("async ") {
        let serves = ["@Get(", "@Post(", "@Delete("].iter().any(|verb| code.contains(verb));
        let kind = if serves { "@Controller('orders')" } else { "@Entity()" };
        return format!("{kind}\nclass Example {{\n{}}}\n", indent(code));
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
