//! Express: routers, mounts and the many ways in which files hand them to each other.

use super::{endpoints, linked};
use pretty_assertions::assert_eq;

#[test]
fn routers_of_common_js_modules_are_served_where_they_are_mounted() {
    let found = endpoints(
        r#"
== app.js
const express = require('express')
const app = express()
app.set('x', app.get('env'))
app.use(express.json())
app.use('/api', require('./middleware'), require('./routes'))
app.get('/health', (req, res) => res.send('ok'))
require('./admin')(app)
== middleware.js
module.exports = (req, res, next) => next()
== routes/index.js
const router = require('express').Router()
const { users, posts } = require('./all')
router.use('/users', users)
router.use(posts)
module.exports = router
== routes/all.js
const express = require('express')
const controller = require('../controller')
const users = express.Router()
users.get('/:id', controller.show)
users.route('/').get(controller.list).post(check, asyncHandler(controller.create))
const posts = new express.Router()
posts.delete(['/posts/:id', '/articles/:id'], check, controller.remove)
module.exports = { users, posts }
== controller.js
exports.show = async (req, res) => {}
exports.list = function (req, res) {}
module.exports.create = (req, res) => {}
const remove = (req, res) => {}
exports.remove = remove
== admin.js
module.exports = function (app) {
  app.all('/admin', (req, res) => {})
}
"#,
    );
    let expected = [
        "ANY /admin  admin.js:2",
        "DELETE /api/articles/{id} remove routes/all.js:7",
        "DELETE /api/posts/{id} remove routes/all.js:7",
        "GET /api/users list routes/all.js:5",
        "POST /api/users create routes/all.js:5",
        "GET /api/users/{id} show routes/all.js:4",
        "GET /health  app.js:6",
    ];
    assert_eq!(found, expected);
}

#[test]
fn routers_of_es_modules_classes_and_loops_are_found() {
    let found = endpoints(
        r#"
== src/app.ts
import express, { type Express } from 'express'
import users, { PREFIX } from './users.js'
import { Articles } from './articles'
import { routes } from './routes'
export class App {
  public app: Express
  constructor() {
    this.app = express()
    this.routes()
  }
  private routes() {
    this.app.use(`${PREFIX}/users`, users)
    this.app.use('/articles', new Articles().router)
    routes.forEach(route => this.app.use(route.path, route.router))
  }
}
== src/users.ts
import { Router } from 'express'
export const PREFIX = '/v1'
const router: Router = Router()
router.post('/', create)
export async function create(req, res) {}
export default router
== src/articles.ts
import { Router } from 'express'
export class Articles {
  router = Router()
  constructor(private service: Service) {
    this.router.get('/', this.list.bind(this))
    this.router.put('/:slug', (req, res) => this.update(req, res))
  }
  list(req, res) {}
  update(req, res) {}
}
== src/routes.ts
import { Router } from 'express'
const make = () => { const r = Router(); r.get('/a', a); return r }
function a() {}
const other = Router()
other.get('/b', a)
export const routes = [{ path: '/one', router: make() }, { path: '/two', router: other }]
"#,
    );
    let expected = [
        "GET /articles list src/articles.ts:5",
        "PUT /articles/{slug}  src/articles.ts:6",
        "GET /one/a a src/routes.ts:2",
        "GET /two/b a src/routes.ts:5",
        "POST /v1/users create src/users.ts:4",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_prefix_from_the_environment_is_unknown_and_not_guessed() {
    let source = "
== app.js
const express = require('express')
const app = express()
const router = express.Router()
router.get('/x', (req, res) => {})
app.use(process.env.PREFIX, router)
";
    let (found, unknown) = linked(source, |linked| (linked.endpoints.len(), linked.unknown.len()));
    assert_eq!((found, unknown), (0, 1));
}
