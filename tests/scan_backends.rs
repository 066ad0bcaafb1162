//! A small backend for each pack: its whole map, reviewed as a snapshot.

use crate::support::scan::scan;
use proscenium::domain::{layer::Layer, map::BackendMap, stack::StackKey};
use std::{fmt::Write, path::Path};

/// Stack, endpoints, layers and flows of a map, one line each.
fn shown(map: &BackendMap) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{text}");
    };
    for key in StackKey::ALL {
        if let Some(name) = &map.stack.field(key).name {
            line(format!("{}: {name}", key.name()));
        }
    }
    for endpoint in &map.endpoints {
        let place = endpoint.handler_place.as_ref().map_or("-".to_owned(), ToString::to_string);
        let (method, path, handler) = (&endpoint.method, &endpoint.path, &endpoint.handler);
        line(format!("{method} {path}  {handler}  {}:{}  {place}", endpoint.file, endpoint.line));
    }
    for operation in &map.operations {
        let (method, path, handler) = (&operation.method, &operation.path, &operation.handler);
        line(format!(
            "{:?} {method} {path}  {handler}  {}:{}",
            operation.kind, operation.file, operation.line
        ));
    }
    for unknown in &map.unknown {
        line(format!("unknown {} {}:{} {}", unknown.what, unknown.file, unknown.line, unknown.partial));
    }
    for file in &map.files {
        line(format!("{} {}", file.layer, file.path));
    }
    for job in &map.jobs {
        line(format!("job {} {}:{}", job.name, job.file, job.line));
    }
    for flow in &map.flows {
        let steps: Vec<String> = flow
            .steps
            .iter()
            .filter(|step| step.layer != Layer::Router)
            .map(|step| format!("{} {}:{}", step.symbol, step.file, step.line))
            .collect();
        if !steps.is_empty() {
            line(format!("flow {} > {}", flow.endpoint, steps.join(" > ")));
        }
    }
    out
}

fn check(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/backends").join(name);
    insta::assert_snapshot!(name, shown(&scan(&root)));
}

macro_rules! backends {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

backends! {
    net_http gin echo chi fiber gorilla_mux
    rails sinatra
    laravel symfony slim
    phoenix
    spring jax_rs micronaut javalin ktor aspnetcore
    fastapi starlette flask django litestar aiohttp sanic
    express nestjs hono fastify koa hapi elysia adonisjs
    axum actix_web rocket
    bottle quart falcon polka restify poem salvo
    strawberry graphql_schema grpc
    httprouter django_ninja api_platform
    nextjs sveltekit nuxt medusa
    hotchocolate ariadne
    tide fastendpoints spatie_attributes graphql_spring
    jobs_python jobs_node jobs_nest jobs_php jobs_ruby jobs_rust
}
