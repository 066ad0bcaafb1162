//! FastAPI and Starlette.

use super::{check, endpoints, unknown};
use pretty_assertions::assert_eq;

#[test]
fn routers_are_followed_through_packages_and_settings() {
    let source = "
== app/main.py
from fastapi import FastAPI
from app.api.main import api_router
from app.core.config import settings

def custom_id(route): ...

app = FastAPI(title=settings.NAME, generate_unique_id_function=custom_id)
app.include_router(api_router, prefix=settings.API_V1_STR)
== app/core/config.py
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    API_V1_STR: str = '/api/v1'
    NAME: str

settings = Settings()
== app/api/main.py
from fastapi import APIRouter
from app.api.routes import items, users as people

api_router = APIRouter()
api_router.include_router(items.router)
api_router.include_router(router=people.router, prefix='/users', tags=['x'])
== app/api/routes/__init__.py
== app/api/routes/items.py
from fastapi import APIRouter
router = APIRouter(prefix='/items')

@router.get('/{id}')
def read(id: int): ...

@router.post('/', status_code=201)
async def create(): ...
== app/api/routes/users.py
import fastapi
router = fastapi.APIRouter()

@router.api_route('/me', methods=['GET', 'HEAD'])
def me(): ...
";
    assert_eq!(
        endpoints(source),
        [
            "POST /api/v1/items/ create app/api/routes/items.py:7",
            "GET /api/v1/items/{id} read app/api/routes/items.py:4",
            "GET /api/v1/users/me me app/api/routes/users.py:4",
            "HEAD /api/v1/users/me me app/api/routes/users.py:4",
        ]
    );
}

#[test]
fn an_application_made_by_a_function_is_one_application() {
    check(
        "
== app.py
from fastapi import FastAPI, APIRouter
from routes import router as api

def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(api, prefix='/api')
    register(app)
    return app

def register(application):
    @application.get('/health')
    def health(): ...

app = create_app()

@app.get('/late')
def late(): ...
== routes.py
from fastapi import APIRouter
router = APIRouter()
@router.get('/x')
def x(): ...
",
        &["GET /api/x x", "GET /health health", "GET /late late"],
    );
}

#[test]
fn a_router_made_by_a_function_differs_at_each_call() {
    check(
        "
== app.py
from fastapi import FastAPI, APIRouter

def crud(prefix: str, tag='x'):
    router = APIRouter(prefix=prefix)

    @router.get('/')
    def index(): ...

    return router

app = FastAPI()
app.include_router(crud('/a'))
app.include_router(crud(prefix='/b'), prefix='/v2')
",
        &["GET /a/ index", "GET /v2/b/ index"],
    );
}

#[test]
fn sub_applications_and_nested_routers_add_up() {
    check(
        "
== app.py
from fastapi import FastAPI, APIRouter
from fastapi.staticfiles import StaticFiles

sub = FastAPI()
@sub.get('/s')
def s(): ...

inner = APIRouter(prefix='/inner')
@inner.delete('/{x:path}')
def d(x): ...

outer = APIRouter(prefix='/outer')
outer.include_router(inner)

app = FastAPI()
app.mount('/sub', sub)
app.mount('/static', StaticFiles(directory='s'), name='static')
app.include_router(outer)
app.include_router(outer, prefix='/again')
app.add_api_route('/plain', lambda: 1, methods=['PUT'])
app.router.add_route('/raw', s)
",
        &[
            "DELETE /again/outer/inner/{x} d",
            "DELETE /outer/inner/{x} d",
            "PUT /plain ",
            "GET /raw s",
            "GET /sub/s s",
        ],
    );
}

#[test]
fn routes_declared_in_loops_keep_path_and_router_together() {
    check(
        "
== app.py
from fastapi import FastAPI, APIRouter

a = APIRouter()
b = APIRouter()

@a.get('/1')
def one(): ...

@b.get('/2')
def two(): ...

app = FastAPI()
for prefix, router in [('/a', a), ('/b', b)]:
    app.include_router(router, prefix=prefix)

TABLE = {'/c': a, '/d': b}
for prefix, router in TABLE.items():
    app.include_router(router, prefix=prefix)

for path in ('/p', '/q'):
    app.add_api_route(path, one)
",
        &["GET /a/1 one", "GET /b/2 two", "GET /c/1 one", "GET /d/2 two", "GET /p one", "GET /q one"],
    );
}

#[test]
fn classes_that_are_routers_work_like_routers() {
    check(
        "
== app.py
from fastapi import FastAPI, APIRouter

class Base(APIRouter):
    def __init__(self, *args, **kwargs):
        super().__init__(prefix='/base')
        self.add_api_route('/self', self.own)

    def own(self): ...

class Server:
    def __init__(self):
        self.router = APIRouter(prefix='/server')
        self.router.add_api_route('/m', self.method, methods=['POST'])

    def method(self): ...

base = Base()
@base.get('/x')
def x(): ...

app = FastAPI()
app.include_router(base)
server = Server()
app.include_router(server.router)
",
        &["GET /base/self own", "GET /base/x x", "POST /server/m method"],
    );
}

#[test]
fn texts_are_followed_through_constants_and_joins() {
    check(
        "
== app.py
from fastapi import FastAPI
from const import PREFIX, Paths
import const as c

V = 'v1'
app = FastAPI()

@app.get(f'{PREFIX}/{V}' + '/a')
def a(): ...

@app.get(c.PREFIX + Paths.B)
def b(): ...

@app.get('/%s/c' % V)
def cc(): ...

path = '/d'
path += '/e'
@app.get(path)
def d(): ...
== const.py
PREFIX = '/api'
class Paths:
    B = '/b'
",
        &["GET /api/b b", "GET /api/v1/a a", "GET /d/e d", "GET /v1/c cc"],
    );
}

#[test]
fn what_is_only_known_at_run_time_is_unknown() {
    let source = "
== app.py
import os
from fastapi import FastAPI, APIRouter

router = APIRouter(prefix=os.environ['PREFIX'])
@router.get('/x')
def x(): ...

orphan = APIRouter()
@orphan.get('/y')
def y(): ...

app = FastAPI()
app.include_router(router)

def add(extra):
    app.include_router(extra)

verbs = load()
@app.api_route('/z', methods=verbs)
def z(): ...
";
    assert_eq!(endpoints(source), Vec::<String>::new());
    assert_eq!(
        unknown(source),
        [
            "endpoint GET /{?}/x: a part of it is only known when the program runs",
            "endpoint GET {?}/y: no application is known to serve its router",
            "mount : what is mounted is not known before the program runs",
            "endpoint {?} /z: a part of it is only known when the program runs",
        ]
    );
}

#[test]
fn look_alikes_are_no_routes() {
    check(
        "
== app.py
from fastapi import FastAPI
from fastapi.testclient import TestClient
import requests

app = FastAPI()
client = TestClient(app)
client.get('/no')
requests.get('/no')
cache = {}
cache.get('/no')
app.state.cache.get('/no')

def f(session):
    session.delete('/no')

if __name__ == '__main__':
    print(app.get)
== tests/test_app.py
from fastapi import FastAPI
app = FastAPI()
@app.get('/in-test')
def t(): ...
",
        &[],
    );
}

#[test]
fn starlette_route_lists_are_read() {
    check(
        "
== app.py
from starlette.applications import Starlette
from starlette.routing import Route, Mount
from starlette.endpoints import HTTPEndpoint

async def home(request): ...

class Users(HTTPEndpoint):
    async def get(self, request): ...
    async def post(self, request): ...

routes = [
    Route('/', home),
    Mount('/users', routes=[Route('/{id:int}', Users), Route('/all', home, methods=['POST'])]),
]
app = Starlette(debug=True, routes=routes)
",
        &["GET / home", "POST /users/all home", "GET /users/{id} Users", "POST /users/{id} Users"],
    );
}

#[test]
fn star_imports_and_cycles_end() {
    check(
        "
== app/__init__.py
from .main import *
== app/main.py
from .api import *
from . import app as itself
from fastapi import FastAPI
app = FastAPI()
app.include_router(router, prefix=PREFIX)
== app/api.py
from .main import *
from .consts import *
from fastapi import APIRouter
router = APIRouter()
@router.get('/x')
def x(): ...
== app/consts.py
from .api import *
PREFIX = '/p'
",
        &["GET /p/x x"],
    );
}

#[test]
fn annotated_parameters_and_dictionaries_of_options_are_followed() {
    check(
        "
== app.py
from typing import Annotated, Optional
from fastapi import FastAPI, APIRouter

OPTIONS = {'prefix': '/opts', 'tags': ['x']}
router = APIRouter(**OPTIONS)

@router.get('/x')
def x(): ...

def setup(app: Annotated[FastAPI, 'doc'], extra: Optional[APIRouter] = None):
    app.include_router(router)

app = FastAPI(root_path='/ignored')
setup(app)
",
        &["GET /opts/x x"],
    );
}

#[test]
fn a_router_handed_to_a_method_of_something_unknown_goes_to_the_only_one_of_that_name() {
    check(
        "
== app.py
from fastapi import FastAPI
app = FastAPI()
def start(container):
    container.users.install_routes(app)
== users.py
class UserModule:
    def install_routes(self, app):
        app.add_api_route('/users', self.index)

    def index(self): ...
",
        &["GET /users index"],
    );
}
