//! Other frameworks of Node: NestJS, Koa, Fastify, Hono, decorated controllers.

use super::endpoints;
use pretty_assertions::assert_eq;

#[test]
fn nest_controllers_have_the_prefix_of_the_application_that_serves_them() {
    let found = endpoints(
        r#"
== apps/a/main.ts
import { NestFactory } from '@nestjs/core'
import { AModule } from './a.module'
async function bootstrap() {
  const app = await NestFactory.create<NestExpressApplication>(AModule)
  app.setGlobalPrefix('api')
}
== apps/a/main.dev.ts
import { NestFactory } from '@nestjs/core'
import { AModule } from './a.module'
NestFactory.create(AModule)
== apps/a/a.module.ts
import { Module, forwardRef } from '@nestjs/common'
import { Cats } from './cats'
import { Shared } from '../common'
@Module({ imports: [Shared, ConfigModule.forRoot()], controllers: [Cats] })
export class AModule {}
== apps/a/cats.ts
import { Controller, Get, Post as Create, All } from '@nestjs/common'
import { Get as Read } from './own'
const NAME = 'cats'
class Base { @Get('base') base() {} }
@Controller({ path: NAME, version: '1' })
export class Cats extends Base {
  @Get() list() {}
  @Get([':id', 'by-id/:id']) one() {}
  @Create() @Auth() create() {}
  @All('any') any() {}
  @Read() notARoute() {}
}
== apps/b/main.ts
import { NestFactory } from '@nestjs/core'
import { BModule } from './b.module'
NestFactory.create(BModule)
== apps/b/b.module.ts
import { Module } from '@nestjs/common'
import { Shared } from '../common'
@Module({ imports: [Shared] })
export class BModule {}
== apps/common.ts
import { Controller, Get, Module } from '@nestjs/common'
@Controller('health')
export class Health { @Get() check() {} }
@Module({ controllers: [Health] })
export class Shared {}
"#,
    );
    let expected = [
        "GET /api/cats list apps/a/cats.ts:7",
        "POST /api/cats create apps/a/cats.ts:9",
        "ANY /api/cats/any any apps/a/cats.ts:10",
        "GET /api/cats/base base apps/a/cats.ts:4",
        "GET /api/cats/by-id/{id} one apps/a/cats.ts:8",
        "GET /api/cats/{id} one apps/a/cats.ts:8",
        "GET /api/health check apps/common.ts:3",
        "GET /health check apps/common.ts:3",
    ];
    assert_eq!(found, expected);
}

#[test]
fn nest_versions_stand_behind_the_global_prefix_where_paths_have_them() {
    let app = r#"
== main.ts
import { NestFactory, VersioningType } from '@nestjs/core'
import { VersioningType } from '@nestjs/common'
const app = NestFactory.create(Root)
app.setGlobalPrefix('api')
app.enableVersioning({ type: VersioningType.KIND, defaultVersion: '1' })
== cats.ts
import { Controller, Get, Version, VERSION_NEUTRAL } from '@nestjs/common'
@Controller({ path: 'cats', version: ['2', '3'] })
export class Cats { @Get() list() {} @Version('4') @Get(':id') one() {} }
@Controller({ path: 'up', version: VERSION_NEUTRAL })
export class Up { @Get() check() {} }
@Controller('dogs')
export class Dogs { @Get() list() {} }
"#;
    let paths = |kind: &str| -> Vec<String> {
        let found = endpoints(&app.replace("KIND", kind));
        found.iter().filter_map(|line| line.split(' ').nth(1).map(str::to_owned)).collect()
    };
    let expected = ["/api/up", "/api/v1/dogs", "/api/v2/cats", "/api/v3/cats", "/api/v4/cats/{id}"];
    assert_eq!(paths("URI"), expected);
    assert_eq!(paths("HEADER"), ["/api/cats", "/api/cats/{id}", "/api/dogs", "/api/up"]);
}

#[test]
fn koa_routers_nest_and_may_name_their_routes() {
    let found = endpoints(
        r#"
== app.ts
import Koa from 'koa'
import Router from '@koa/router'
const app = new Koa()
const users = new Router({ prefix: '/users' })
users.get('user', '/:id', show)
users.del('/:id', auth, remove)
const api = new Router()
api.prefix('/api')
api.use('/v1', users.routes(), users.allowedMethods())
app.use(api.routes())
function show(ctx) {}
function remove(ctx) {}
"#,
    );
    assert_eq!(found, ["DELETE /api/v1/users/{id} remove app.ts:6", "GET /api/v1/users/{id} show app.ts:5"]);
}

#[test]
fn fastify_plugins_get_the_prefix_of_their_registration() {
    let found = endpoints(
        r#"
== app.ts
import Fastify from 'fastify'
import users from './users'
import { items } from './items'
const app = Fastify({ logger: true })
app.register(users, { prefix: '/users' })
app.register(async (instance) => { instance.register(items) }, { prefix: '/shop' })
app.route({ method: ['GET', 'HEAD'], url: '/status', handler: status })
async function status() {}
== users.ts
import fp from 'fastify-plugin'
import type { FastifyPluginAsync } from 'fastify'
const users: FastifyPluginAsync = async (fastify, options) => {
  fastify.get('/:id', { schema }, async (request) => find(request))
  fastify.post('/', { handler: create })
}
async function create() {}
export default users
== items.ts
import { FastifyInstance } from 'fastify'
export async function items(fastify: FastifyInstance) {
  fastify.withTypeProvider().put('/items', update)
}
const update = async () => {}
"#,
    );
    let expected = [
        "PUT /shop/items update items.ts:3",
        "GET /status status app.ts:7",
        "HEAD /status status app.ts:7",
        "POST /users create users.ts:5",
        "GET /users/{id}  users.ts:4",
    ];
    assert_eq!(found, expected);
}

#[test]
fn hono_routes_chain_and_take_base_paths() {
    let found = endpoints(
        r#"
== app.ts
import { Hono } from 'hono'
import { OpenAPIHono, createRoute } from '@hono/zod-openapi'
import { books } from './books'
const app = new Hono().basePath('/api')
app.route('/books', books).get('/', home)
app.on(['PUT', 'DELETE'], '/things', home)
const docs = new OpenAPIHono()
docs.openapi(createRoute({ method: 'post', path: '/docs/{id}' }), home)
const readRoute = createRoute({ method: 'get', path: '/docs' })
docs.openapi(readRoute, (c) => c.text('x'))
app.route('/', docs)
function home(c) {}
export default app
== books.ts
import { Hono } from 'hono'
export const books = new Hono<{ Bindings: Env }>()
  .get('/', (c) => c.json([]))
  .post('/:id', validate, create)
const create = (c) => c.json({})
"#,
    );
    let expected = [
        "GET /api home app.ts:5",
        "GET /api/books  books.ts:3",
        "POST /api/books/{id} create books.ts:4",
        "GET /api/docs readRoute app.ts:10",
        "POST /api/docs/{id} home app.ts:8",
        "DELETE /api/things home app.ts:6",
        "PUT /api/things home app.ts:6",
    ];
    assert_eq!(found, expected);
}

#[test]
fn decorated_controllers_are_served_by_their_server() {
    let found = endpoints(
        r#"
== server.ts
import { InversifyExpressServer } from 'inversify-express-utils'
import './users'
const server = new InversifyExpressServer(container, null, { rootPath: '/api' })
== users.ts
import { controller, httpGet, httpPost } from 'inversify-express-utils'
@controller('/users', TYPES.Auth)
export class Users {
  @httpGet('/:id') one() {}
  @httpPost('/', validate) private async create() {}
}
"#,
    );
    assert_eq!(found, ["POST /api/users create users.ts:5", "GET /api/users/{id} one users.ts:4"]);
}
