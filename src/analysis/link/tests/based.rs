//! Paths behind a base that the installation chooses, and routers behind constants.

use super::{check, unknown};

const ROCKET: &str = r#"
== Cargo.toml
[package]
name = "bakery"
== src/main.rs
use rocket::{get, routes, Route};
mod config;
use config::CONFIG;

#[get("/<id>")]
fn loaf(id: u32) {}

#[get("/health")]
fn health() {}

fn loaves() -> Vec<Route> { routes![loaf] }

fn launch() {
    let base = &CONFIG.domain_path();
    rocket::build()
        .mount([base, "/loaves"].concat(), loaves())
        .mount([base, "/"].concat(), routes![health]);
}
== src/config.rs
pub static CONFIG: Lazy<Config> = Lazy::new(|| make_config! { domain_path });
"#;

#[test]
fn routes_behind_an_unknown_base_are_shown_below_it_and_say_so() {
    check(ROCKET, &["GET /health health", "GET /loaves/{id} loaf"]);
    assert_eq!(
        unknown(ROCKET),
        ["base {?}: its paths are shown without the base that the installation puts before them"]
    );
}

#[test]
fn a_part_that_is_not_known_inside_a_path_stays_unknown() {
    let source = "
== app.js
const express = require('express');
const app = express();
app.get(`/api/${process.env.TENANT}/users`, list);
function list(req, res) {}
";
    check(source, &[]);
    assert_eq!(
        unknown(source),
        ["endpoint GET /api/{?}/users: a part of it is only known when the program runs"]
    );
}

#[test]
fn a_base_that_is_only_put_before_a_path_when_it_is_set_is_left_out() {
    check(
        r#"
== src/main/kotlin/bakery/Base.kt
package bakery
object Base {
    private fun raw(): String = settings.base.value.trim('/')
    fun before(path: String): String {
        if (raw().isBlank()) {
            return path
        }
        return "/${raw()}/${path.removePrefix("/")}"
    }
}
== src/main/kotlin/bakery/App.kt
package bakery
import io.javalin.Javalin
import io.javalin.apibuilder.ApiBuilder.get
import io.javalin.apibuilder.ApiBuilder.path
fun main() {
    Javalin.start { config ->
        config.routes.apiBuilder {
            path(Base.before("api/")) {
                get("loaves", Loaves.list)
            }
        }
    }
}
object Loaves {
    val list = handler(documentWith = { summary("all") }, behaviorOf = { ctx -> ctx.json(1) })
}
"#,
        &["GET /api/loaves list"],
    );
}

#[test]
fn subrouters_of_one_path_answer_that_path() {
    check(
        "
== go.mod
module bakery
== main.go
package main
import (
	\"net/http\"
	\"github.com/gorilla/mux\"
)
func main() {
	r := mux.NewRouter()
	api := r.PathPrefix(\"/api\").Subrouter()
	one := api.Path(\"/loaves/{id}\").Subrouter()
	one.Methods(\"GET\").HandlerFunc(read)
	one.HandleFunc(\"\", drop).Methods(\"DELETE\")
	api.Path(\"/loaves\").HandlerFunc(list).Methods(\"GET\")
}
func read(w http.ResponseWriter, r *http.Request) {}
func drop(w http.ResponseWriter, r *http.Request) {}
func list(w http.ResponseWriter, r *http.Request) {}
",
        &["GET /api/loaves list", "DELETE /api/loaves/{id} drop", "GET /api/loaves/{id} read"],
    );
}

#[test]
fn a_name_that_hides_a_type_is_made_of_that_type() {
    check(
        "
== go.mod
module bakery
== main.go
package main
import (
	\"net/http\"
	\"github.com/labstack/echo/v5\"
)
type handler struct{}
func (h *handler) list(c *echo.Context) error { return nil }
func main() {
	e := echo.NewWithConfig(echo.Config{})
	handler := &handler{}
	e.GET(\"/loaves\", handler.list)
}
",
        &["GET /loaves list"],
    );
    let found = super::endpoints(
        "
== go.mod
module bakery
== ui/ui.go
package ui
import \"net/http\"
func Serve() http.Handler {
	handler := &handler{}
	mux := http.NewServeMux()
	mux.HandleFunc(\"GET /loaves\", handler.list)
	return mux
}
== ui/handler.go
package ui
type handler struct{}
func (h *handler) list(w http.ResponseWriter, r *http.Request) {}
",
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn what_a_handler_calls_declares_no_route() {
    check(
        "
== src/main/kotlin/bakery/App.kt
package bakery
import io.ktor.server.application.*
import io.ktor.server.html.*
import io.ktor.server.routing.*
import kotlinx.html.*
fun Application.pages() {
    routing {
        get(\"/\") {
            call.respondHtml {
                head { title(\"Bakery\") }
                body { h1 { +\"Loaves\" } }
            }
            remote.run { put(\"/stock\") }
        }
    }
}
",
        &["GET / "],
    );
}

#[test]
fn routes_below_a_local_value_are_no_getters_of_it() {
    check(
        "
== src/main/kotlin/bakery/App.kt
package bakery
import io.ktor.server.application.*
import io.ktor.server.routing.*
fun Application.loaves() {
    routing {
        val shop = Shop()
        get(\"/loaves\") { call.respond(shop.all()) }
        route(\"/orders\") {
            val orders by inject<Orders>()
            get { call.respond(orders.all()) }
            val name: String
                get() = \"x\"
            post { orders.add() }
        }
    }
}
",
        &["GET /loaves ", "GET /orders ", "POST /orders "],
    );
}

#[test]
fn a_store_of_settings_gives_the_manifest_that_it_was_made_of() {
    check(
        "
== package.json
{\"name\": \"bakery\"}
== server.js
const Glue = require('@hapi/glue');
const Manifest = require('./manifest');
const main = async function () {
    const server = await Glue.compose(Manifest.get('/'), { relativeTo: __dirname });
    await server.start();
};
main();
== manifest.js
const Confidence = require('confidence');
const manifest = { register: { plugins: [{ plugin: './server/loaves' }] } };
const store = new Confidence.Store(manifest);
exports.get = function (key) { return store.get(key, { env: process.env.NODE_ENV }); };
== server/loaves.js
const register = function (server) {
    server.route({ method: 'GET', path: '/loaves', handler: list });
};
function list(request, h) { return []; }
module.exports = { name: 'loaves', register };
",
        &["GET /loaves list"],
    );
}

#[test]
fn applications_that_stand_in_a_map_under_constants_are_themselves() {
    check(
        "
== server.py
from enum import StrEnum
from aiohttp import web
class Version(StrEnum):
    V1 = 'v1'
    V2 = 'v2'
async def health(request): ...
async def loaves(request): ...
app = web.Application()
newer = web.Application()
versions = {Version.V1: app, Version.V2: newer}
versions[Version.V1].add_routes([web.get('/health', health)])
versions[Version.V2].add_routes([web.get('/loaves', loaves)])
app.add_subapp('/v2', versions[Version.V2])
",
        &["GET /health health", "GET /v2/loaves loaves"],
    );
}
