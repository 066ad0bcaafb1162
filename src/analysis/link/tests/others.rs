//! Flask, aiohttp, Litestar, Django.

use super::check;

#[test]
fn flask_blueprints_nest_and_a_mount_prefix_takes_the_place_of_their_own() {
    check(
        "
== app/__init__.py
from flask import Flask
from .views import bp, other

def create_app(config=None):
    app = Flask(__name__)
    register(app)

    @app.route('/ping')
    def ping(): ...

    return app

def register(app):
    app.register_blueprint(bp)
    app.register_blueprint(other, url_prefix='/mounted')
== app/views.py
from flask import Blueprint
from flask.views import MethodView

bp = Blueprint('bp', __name__, url_prefix='/bp')
other = Blueprint('other', __name__, url_prefix='/own')

@bp.route('/<int:id>', methods=('GET', 'PUT'))
@login_required
def item(id): ...

@other.post('/save')
def save(): ...

class Users(MethodView):
    def get(self): ...
    def delete(self): ...

bp.add_url_rule('/users', view_func=Users.as_view('users'))
",
        &[
            "DELETE /bp/users Users",
            "GET /bp/users Users",
            "GET /bp/{id} item",
            "PUT /bp/{id} item",
            "POST /mounted/save save",
            "GET /ping ping",
        ],
    );
}

#[test]
fn flask_restful_resources_have_the_verbs_of_their_methods() {
    check(
        "
== app.py
from flask import Flask
from flask_restful import Api, Resource

app = Flask(__name__)
api = Api(app, prefix='/api')

class Todo(Resource):
    def get(self, id): ...
    def put(self, id): ...

api.add_resource(Todo, '/todos/<id>', '/t/<id>')
",
        &[
            "GET /api/t/{id} Todo",
            "PUT /api/t/{id} Todo",
            "GET /api/todos/{id} Todo",
            "PUT /api/todos/{id} Todo",
        ],
    );
}

#[test]
fn aiohttp_tables_calls_and_sub_applications_are_read() {
    check(
        r"
== app.py
from aiohttp import web
from views import routes, Item
import views

async def init():
    app = web.Application()
    app.router.add_routes(routes)
    app.add_routes([web.get('/one', views.one), web.view('/item', Item)])
    app.router.add_post('/two', views.one, name='two')
    app.router.add_route('PUT', r'/{id:\d+}', views.one)
    admin = web.Application()
    admin.router.add_get('/x', views.one)
    app.add_subapp('/admin/', admin)
    return app
== views.py
from aiohttp import web
routes = web.RouteTableDef()

@routes.get('/table')
async def table(request): ...

async def one(request): ...

class Item(web.View):
    async def get(self): ...
    async def delete(self): ...
",
        &[
            "GET /admin/x one",
            "DELETE /item Item",
            "GET /item Item",
            "GET /one one",
            "GET /table table",
            "POST /two one",
            "PUT /{id} one",
        ],
    );
}

#[test]
fn litestar_controllers_and_functions_are_served_where_they_are_listed() {
    check(
        "
== app.py
from litestar import Litestar, Router, Controller, get, post, delete

class Users(Controller):
    path = '/users'

    @get()
    async def index(self) -> list[str]: ...

    @delete('/{id:int}')
    async def remove(self, id: int) -> None: ...

class Unused(Controller):
    path = '/unused'

    @get()
    async def index(self) -> None: ...

@post(path='/free')
async def free() -> None: ...

api = Router(path='/api', route_handlers=[Users])
app = Litestar([api, free])
",
        &["GET /api/users index", "DELETE /api/users/{id} remove", "POST /free free"],
    );
}

#[test]
fn django_url_lists_include_each_other() {
    check(
        r"
== site/urls.py
from django.urls import path, include, re_path
from shop.views import Home

urlpatterns = [
    path('', Home.as_view(), name='home'),
    path('shop/', include('shop.urls')),
    re_path(r'^old/(?P<pk>[0-9]+)/$', Home.as_view()),
]
== shop/urls.py
from django.urls import path
from . import views

urlpatterns = [path('items/<int:pk>/', views.item)] + [
    path('list/', views.item),
]
== shop/views.py
from django.views import View

class Home(View):
    def get(self, request): ...

def item(request, pk): ...
",
        &["GET / Home", "GET /old/{pk}/ Home", "ANY /shop/items/{pk}/ item", "ANY /shop/list/ item"],
    );
}

#[test]
fn view_sets_have_the_routes_of_their_bases() {
    check(
        "
== site/urls.py
from django.urls import include, path
from rest_framework import mixins, routers, viewsets

class Users(viewsets.ModelViewSet):
    def destroy(self, request, pk): ...

class Reports(mixins.ListModelMixin, viewsets.GenericViewSet):
    pass

class Ping(viewsets.ViewSet):
    def list(self, request): ...

router = routers.DefaultRouter()
router.register(r'users', Users)
router.register('reports', Reports, basename='r')
router.register('ping', Ping)

urlpatterns = [path('api/', include(router.urls))]
",
        &[
            "GET /api/ping/ Ping.list",
            "GET /api/reports/ Reports.list",
            "GET /api/users/ Users.list",
            "POST /api/users/ Users.create",
            "DELETE /api/users/{pk}/ Users.destroy",
            "GET /api/users/{pk}/ Users.retrieve",
            "PATCH /api/users/{pk}/ Users.partial_update",
            "PUT /api/users/{pk}/ Users.update",
        ],
    );
}

#[test]
fn django_includes_modules_together_with_their_namespace() {
    check(
        "
== config/urls.py
from django.urls import include, path

urlpatterns = [
    path('api/', include(('shop.api.urls', 'api'))),
]
== shop/api/urls.py
from django.urls import include, path
from shop.views import LoafView, login

urlpatterns = [
    path('loaves/', LoafView.as_view()),
    path('session/', include(([path('login/', login)], 'session'))),
]
== shop/views.py
from rest_framework.views import APIView

class LoafView(APIView):
    def get(self, request): ...

def login(request): ...
",
        &["GET /api/loaves/ LoafView", "ANY /api/session/login/ login"],
    );
}

#[test]
fn django_ninja_routers_are_served_by_the_urls_of_django() {
    check(
        "
== config/urls.py
from django.urls import path
from ninja import NinjaAPI
from crumbs.api import router as crumbs

prefix = 'v1'
api = NinjaAPI()
api.add_router(f'/{prefix}/loaves', 'loaves.api.router')
api.add_router('/crumbs/', crumbs)

urlpatterns = [path('api/', api.urls)]
== loaves/api.py
from ninja import Router

router = Router()

@router.get('/{slug}', response=Loaf)
def loaf(request, slug: str): ...
== crumbs/api.py
from ninja import Router

router = Router()

@router.post('')
def create(request): ...
",
        &["POST /api/crumbs create", "GET /api/v1/loaves/{slug} loaf"],
    );
}
