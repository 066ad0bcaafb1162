//! Calls that nobody can see: containers, plugins and wrappers that stand between an
//! application and its routes.

use super::{check, endpoints};
use pretty_assertions::assert_eq;

#[test]
fn a_parameter_for_an_application_that_nobody_passes_is_the_only_one() {
    check(
        "
== go.mod
module example.com/shop
== pkg/server/server.go
package server

import \"github.com/gofiber/fiber/v2\"

type Server struct {
	App *fiber.App
	port int
}

func New() *Server {
	s := &Server{App: nil, port: 80}
	app := fiber.New()
	s.App = app
	return s
}
== api/loaves.go
package api

import \"github.com/gofiber/fiber/v2\"

type loaves struct{}

func (l *loaves) Register(app *fiber.App) {
	group := app.Group(\"/v1\")
	group.Get(\"/loaves\", l.List)
}

func (l *loaves) List(c *fiber.Ctx) error { return nil }
== cmd/main.go
package main

import (
	\"github.com/gofiber/fiber/v2\"

	\"example.com/shop/api\"
	\"example.com/shop/pkg/server\"
)

func main() {
	srv := server.New()
	routes(srv.App)
	for _, one := range api.All() {
		one.Register(srv.App)
	}
}

func routes(app *fiber.App) {
	app.Get(\"/health\", health)
}

func health(c *fiber.Ctx) error { return nil }
",
        &["GET /health health", "GET /v1/loaves List"],
    );
}

#[test]
fn routes_of_a_class_from_a_container_stand_behind_the_path_of_the_application() {
    check(
        "
== src/main/kotlin/shop/Main.kt
package shop

import io.javalin.Javalin
import shop.web.Router

val main = module {
    single<Javalin> {
        Javalin.create { config ->
            config.contextPath = \"/api\"
        }.also {
            get<Router>().setUp(it)
        }
    }
}
== src/main/kotlin/shop/web/Router.kt
package shop.web

import io.javalin.Javalin
import io.javalin.apibuilder.ApiBuilder.get
import io.javalin.apibuilder.ApiBuilder.path

class Router(private val loaves: LoafHandler) {
    fun setUp(app: Javalin) {
        app.routes {
            path(\"/loaves\") {
                get(loaves::list)
            }
        }
    }
}

class LoafHandler {
    fun list(ctx: Context) {}
}
",
        &["GET /api/loaves list"],
    );
}

#[test]
fn plugins_of_litestar_get_the_configuration_of_the_application() {
    check(
        "
== app/main.py
from litestar import Litestar
from app.core import Core

def create_app() -> Litestar:
    return Litestar(plugins=[Core()])
== app/core.py
from litestar.plugins import InitPluginProtocol
from app import sessions

class Core(InitPluginProtocol):
    def on_app_init(self, app_config):
        from app.loaves import LoafController

        app_config = sessions_of.on_app_init(app_config)
        app_config.route_handlers.extend([LoafController])
        return app_config
== app/loaves.py
from litestar import Controller, get

class LoafController(Controller):
    path = '/loaves'

    @get('/')
    async def list_loaves(self) -> list: ...
",
        &["GET /loaves list_loaves"],
    );
}

#[test]
fn functions_that_make_an_application_serve_the_router_that_they_get() {
    check(
        "
== main.py
from setup import create_application
from api import router

app = create_application(router=router, debug=True)
== setup.py
from fastapi import APIRouter, FastAPI

def create_application(router: APIRouter, debug, **kwargs) -> FastAPI:
    application = FastAPI(**kwargs)
    add(application, router)
    add_health(application)
    return application

def add(target, what):
    target.include_router(what, prefix='/v1')

def add_health(target: FastAPI):
    @target.get('/health')
    def health(): ...
== api.py
from fastapi import APIRouter

router = APIRouter(prefix='/api')

@router.get('/loaves')
def loaves(): ...
",
        &["GET /health health", "GET /v1/api/loaves loaves"],
    );
}

#[test]
fn an_application_that_is_wrapped_under_its_own_name_is_still_served() {
    check(
        "
== main.py
import instrumentation
from fastapi import FastAPI

app = FastAPI()
app = instrumentation.wrap(app, level=2)

@app.get('/loaves')
def loaves(): ...
",
        &["GET /loaves loaves"],
    );
}

#[test]
fn handlers_in_wrappers_go_by_the_name_of_the_result() {
    let found = endpoints(
        r#"
== app.js
const express = require('express')
const { loafController } = require('./controllers')
const wrapped = require('./wrapped')
const app = express()
app.get('/loaves', check('read'), loafController.list)
app.post('/loaves', loafController.create)
app.put('/loaves', wrapped.replace)
== controllers/index.js
module.exports.loafController = require('./loaf.controller')
== controllers/loaf.controller.js
const catchAsync = require('../catchAsync')

const list = catchAsync(async (req, res) => {
  res.send([])
})
const create = catchAsync(async (req, res) => {
  res.send({})
})
module.exports = { list, create }
== wrapped.js
const asyncHandler = require('express-async-handler')

exports.replace = asyncHandler(async (req, res) => {})
== catchAsync.js
module.exports = (fn) => (req, res, next) => {
  Promise.resolve(fn(req, res, next)).catch((error) => next(error))
}
"#,
    );
    let expected =
        ["GET /loaves list app.js:5", "POST /loaves create app.js:6", "PUT /loaves replace app.js:7"];
    assert_eq!(found, expected);
}

#[test]
fn a_manifest_names_the_plugins_of_an_application_by_their_modules() {
    let found = endpoints(
        r#"
== lib/index.js
const Glue = require('glue')
const manifest = require('./manifest')

Glue.compose(manifest, { relativeTo: process.cwd() + '/lib/modules' }, (err, server) => {
  server.start()
})
== lib/manifest.js
module.exports = {
  registrations: [
    { plugin: 'vision' },
    { plugin: { register: './loaves' }, options: { routes: { prefix: '/api' } } }
  ]
}
== lib/modules/loaves/index.js
const routes = require('./routes')

const register = (server, options, next) => {
  server.route(routes(server))
  return next()
}
module.exports = register
== lib/modules/loaves/routes.js
module.exports = (server) => {
  const handlers = require('./handlers')(server)
  return [
    { method: 'GET', path: '/loaves', handler: handlers.list }
  ]
}
== lib/modules/loaves/handlers.js
module.exports = (server) => ({
  list (request, reply) { return reply([]) }
})
"#,
    );
    assert_eq!(found, ["GET /api/loaves list lib/modules/loaves/routes.js:4"]);
}
