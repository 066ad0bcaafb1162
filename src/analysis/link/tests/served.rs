//! Routes that stand apart from what serves them: attributes, maps, forwards, tables of PHP,
//! schemas and specifications.

use super::check;

#[test]
fn attributes_of_controllers_state_routes_for_laravel() {
    check(
        "
== app/Http/Controllers/LoafController.php
<?php
namespace App\\Http\\Controllers;
use Spatie\\RouteAttributes\\Attributes\\Get;
use Spatie\\RouteAttributes\\Attributes\\Post;
use Spatie\\RouteAttributes\\Attributes\\Prefix;
use Spatie\\RouteAttributes\\Attributes\\Route;
use Spatie\\RouteAttributes\\Attributes\\Resource;
#[Prefix('api/loaves')]
class LoafController {
    #[Get('/')]
    public function index() {}
    #[Post('bake/{id}')]
    public function bake() {}
    #[Route(['put', 'patch'], 'x')]
    public function x() {}
}
",
        &[
            "GET /api/loaves index",
            "POST /api/loaves/bake/{id} bake",
            "PATCH /api/loaves/x x",
            "PUT /api/loaves/x x",
        ],
    );
}

#[test]
fn rack_maps_paths_to_applications() {
    check(
        "
== config.ru
require_relative 'boot'
run Rack::URLMap.new('/' => Web, '/api' => Api.new)
== boot.rb
require 'sinatra/base'
class Web < Sinatra::Base
  use Extra
  get('/') { 'x' }
end
class Api < Sinatra::Base
  get('/one') { 'x' }
end
class Extra < Sinatra::Base
  get('/extra') { 'x' }
end
",
        &["GET / ", "GET /api/one ", "GET /extra "],
    );
}

#[test]
fn a_router_of_phoenix_forwards_to_another_one() {
    check(
        "
== lib/shop_web/router.ex
defmodule ShopWeb.Router do
  use ShopWeb, :router
  scope \"/api\", ShopWeb do
    get \"/health\", HealthController, :show
    forward \"/admin\", AdminRouter
  end
  forward \"/jobs\", ShopWeb.JobsRouter
  forward \"/graphql\", Absinthe.Plug, schema: ShopWeb.Schema
end
== lib/shop_web.ex
defmodule ShopWeb do
  def router do
    quote do
      use Phoenix.Router
    end
  end
  defmacro __using__(which), do: apply(__MODULE__, which, [])
end
== lib/shop_web/admin_router.ex
defmodule ShopWeb.AdminRouter do
  use ShopWeb, :router
  scope \"/v1\", ShopWeb.Admin do
    get \"/users\", UserController, :index
  end
end
== lib/shop_web/jobs_router.ex
defmodule ShopWeb.JobsRouter do
  use Plug.Router
  plug :match
  plug :dispatch
  get \"/list\" do
    send_resp(conn, 200, \"x\")
  end
end
",
        &[
            "GET /api/admin/v1/users UserController.index",
            "GET /api/health HealthController.show",
            "GET /jobs/list ",
        ],
    );
}

#[test]
fn routes_of_symfony_stand_in_php() {
    check(
        "
== config/routes.php
<?php
use Symfony\\Component\\Routing\\Loader\\Configurator\\RoutingConfigurator;
use App\\Controller\\LoafController;
return function (RoutingConfigurator $routes) {
    $routes->add('loaf_list', '/loaves')->controller([LoafController::class, 'list'])->methods(['GET']);
    $routes->add('loaf_show', '/loaves/{id}')->controller([LoafController::class, 'show']);
    $routes->add('about', '/about')->controller('App\\Controller\\LoafController::about')->methods(['GET', 'HEAD']);
};
== src/Controller/LoafController.php
<?php
namespace App\\Controller;
class LoafController {
  public function list() {}
  public function show() {}
  public function about() {}
  public function kitchen() {}
  public function old() {}
  public function older() {}
}
",
        &[
            "GET /about LoafController.about",
            "HEAD /about LoafController.about",
            "GET /loaves LoafController.list",
            "ANY /loaves/{id} LoafController.show",
        ],
    );
}

#[test]
fn fields_of_a_schema_have_the_resolvers_of_objects_and_types() {
    let source = "
== schema.graphql
type Query { loaf(id: ID!): Loaf  loaves: [Loaf!]! }
type Mutation { bakeLoaf(name: String): Loaf  forget: Boolean }
== src/resolvers.ts
import { loaves } from './loaves';
export const resolvers = {
  Query: { loaf: (parent, args) => args.id, loaves },
  Loaf: { forget: () => 1 },
};
== src/loaves.ts
export async function loaves() { return []; }
== graph/resolver.go
package graph

func (r *mutationResolver) BakeLoaf(ctx context.Context, name *string) (*Loaf, error) { return nil, nil }
";
    let found: Vec<String> = super::linked(source, |linked| {
        let operations = linked.operations.iter();
        operations
            .map(|found| format!("{} {} {:?}", found.path, found.handler, found.handler_place))
            .collect()
    });
    let place = |path: &str, line: u32| format!("Some({:?})", crate::domain::place::Place::new(path, line));
    let expected = [
        format!("bakeLoaf BakeLoaf {}", place("graph/resolver.go", 3)),
        "forget  None".to_owned(),
        format!("loaf loaf {}", place("src/resolvers.ts", 3)),
        format!("loaves loaves {}", place("src/loaves.ts", 1)),
    ];
    pretty_assertions::assert_eq!(found, expected);
}

#[test]
fn a_server_that_a_generator_makes_serves_the_operations_of_the_specification() {
    check(
        "
== go.mod
module example.com/shop
== api/openapi.yaml
openapi: 3.0.0
paths:
  /loaves:
    get: {operationId: listLoaves}
    post: {operationId: bake-loaf}
  /loaves/{id}:
    get: {operationId: getLoaf}
== server/server.go
package server

import \"net/http\"

type Server struct{}

func New() *Server { return &Server{} }

func (s *Server) ListLoaves(w http.ResponseWriter, r *http.Request) {}
func (s *Server) BakeLoaf(w http.ResponseWriter, r *http.Request) {}
func (s *Server) GetLoaf(w http.ResponseWriter, r *http.Request, id string) {}
== api/config.go
package api

const Version = 1
== main.go
package main

import (
	\"github.com/go-chi/chi/v5\"

	\"example.com/shop/api\"
	\"example.com/shop/server\"
)

func main() {
	r := chi.NewRouter()
	strict := api.NewStrictHandler(server.New(), nil)
	api.HandlerFromMuxWithBaseURL(strict, r, \"/api\")
}
",
        &["GET /api/loaves ListLoaves", "POST /api/loaves BakeLoaf", "GET /api/loaves/{id} GetLoaf"],
    );
}
