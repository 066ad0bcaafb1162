//! Texts made to be slow or deep to link.

use super::linked;
use std::time::{Duration, Instant};

/// Links within a bound that is generous for a debug build on a busy machine.
fn check_ends(source: &str) -> usize {
    let started = Instant::now();
    let found = linked(source, |linked| linked.endpoints.len());
    assert!(started.elapsed() < Duration::from_secs(20), "took {:?}", started.elapsed());
    found
}

#[test]
fn long_chains_of_definitions_end() {
    let mut source = String::from("\n== app.py\nfrom fastapi import FastAPI\nf0 = FastAPI\n");
    for n in 1..2_000 {
        source.push_str(&format!("def f{n}():\n    return f{}()\n", n - 1));
    }
    source.push_str("app = f1999()\n@app.get('/x')\ndef x(): ...\n");
    check_ends(&source);
}

#[test]
fn names_that_are_bound_to_each_other_end() {
    let mut source = String::from("\n== app.py\nfrom fastapi import FastAPI\napp = FastAPI()\n");
    for n in 0..400 {
        source.push_str(&format!(
            "a{n} = a{} or a{} or a{}\n",
            (n * 7) % 400,
            (n * 11 + 1) % 400,
            (n + 1) % 400
        ));
        source.push_str(&format!("a{n}.get('/x')(a{n})\n"));
    }
    check_ends(&source);
}

#[test]
fn star_imports_in_a_circle_end() {
    let mut source = String::new();
    for n in 0..60 {
        source.push_str(&format!("\n== m{n}.py\n"));
        for other in 0..60 {
            source.push_str(&format!("from m{other} import *\n"));
        }
        source.push_str(&format!("missing{n}.get('/x')\nx.include_router(y, prefix=z)\n"));
    }
    check_ends(&source);
}

#[test]
fn mounts_in_a_circle_and_many_ways_end() {
    let mut source = String::from("\n== app.py\nfrom fastapi import FastAPI, APIRouter\nr0 = FastAPI()\n");
    for n in 1..60 {
        source.push_str(&format!("r{n} = APIRouter()\n"));
    }
    for n in 0..60 {
        for step in 1..4 {
            source.push_str(&format!("r{n}.include_router(r{}, prefix='/{n}')\n", (n + step) % 60));
        }
    }
    source.push_str("@r59.get('/x')\ndef x(): ...\n");
    check_ends(&source);
}

#[test]
fn multiplying_texts_and_lists_stay_small() {
    let mut source =
        String::from("\n== app.py\nfrom fastapi import FastAPI\napp = FastAPI()\na0 = ['/a', '/b']\n");
    for n in 1..60 {
        source.push_str(&format!("a{n} = a{} + a{}\n", n - 1, n - 1));
    }
    source.push_str("s0 = '/abcdefgh'\n");
    for n in 1..60 {
        source.push_str(&format!("s{n} = s{0} + s{0}\n", n - 1));
    }
    source.push_str("for x in a59:\n    for y in a59:\n        for z in a59:\n            app.add_api_route(x + y + z + s59, f)\n");
    check_ends(&source);
}

#[test]
fn a_chain_of_many_calls_keeps_its_routes() {
    let mut source =
        String::from("\n== app.py\nfrom aiohttp import web\napp = web.Application()\nchain = app");
    for n in 0..400 {
        source.push_str(&format!(".add_get('/{n}', h)"));
    }
    source.push_str("\ndef h(): ...\n");
    assert_eq!(check_ends(&source), 400);
}
