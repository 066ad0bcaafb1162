//! Routers that something else places: maps of paths, trees of modules, folders, types and
//! libraries that are added to an application.

use super::check;

#[test]
fn modules_of_nest_are_placed_for_their_own_controllers() {
    check(
        "
== src/main.ts
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api');
  await app.listen(3000);
}
bootstrap();
== src/app.module.ts
import { Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AdminModule } from './admin';
import { MetricsModule } from './metrics';
@Module({
  imports: [
    AdminModule,
    MetricsModule,
    RouterModule.register([
      { path: 'admin', module: AdminModule, children: [{ path: 'metrics', module: MetricsModule }] },
    ]),
  ],
})
export class AppModule {}
== src/admin.ts
import { Module, Controller, Get } from '@nestjs/common';
@Controller('users')
export class AdminController {
  @Get() list() {}
}
@Module({ controllers: [AdminController] })
export class AdminModule {}
== src/metrics.ts
import { Module, Controller, Get } from '@nestjs/common';
@Controller()
export class MetricsController {
  @Get('cpu') cpu() {}
}
@Module({ controllers: [MetricsController] })
export class MetricsModule {}
",
        &["GET /api/admin/metrics/cpu cpu", "GET /api/admin/users list"],
    );
}

#[test]
fn a_method_of_jax_rs_gives_what_serves_below_its_path() {
    check(
        "
== src/main/java/shop/App.java
package shop;
import jakarta.ws.rs.ApplicationPath;
import org.glassfish.jersey.server.ResourceConfig;
@ApplicationPath(\"/api\")
public class App extends ResourceConfig {}
== src/main/java/shop/Loaves.java
package shop;
import jakarta.ws.rs.*;
import jakarta.inject.Inject;
@Path(\"/loaves\")
public class Loaves {
    @Inject Slices slices;
    @GET public String all() { return \"\"; }
    @Path(\"/{id}/slices\")
    public Slices slices(@PathParam(\"id\") String id) { return slices; }
    @Path(\"/{id}/crumbs\")
    public Class<Crumbs> crumbs() { return Crumbs.class; }
}
== src/main/java/shop/Slices.java
package shop;
import jakarta.ws.rs.*;
public class Slices {
    @GET public String list() { return \"\"; }
    @POST @Path(\"/{n}\") public String cut() { return \"\"; }
}
== src/main/java/shop/Crumbs.java
package shop;
import jakarta.ws.rs.*;
public class Crumbs {
    @GET public String crumbs() { return \"\"; }
}
",
        &[
            "GET /api/loaves all",
            "GET /api/loaves/{id}/crumbs crumbs",
            "GET /api/loaves/{id}/slices list",
            "POST /api/loaves/{id}/slices/{n} cut",
        ],
    );
}

#[test]
fn classes_state_the_paths_of_typed_routes() {
    check(
        "
== src/main/kotlin/shop/Routes.kt
package shop
import io.ktor.resources.*
import io.ktor.server.application.*
import io.ktor.server.resources.*
import io.ktor.server.resources.Resources
import io.ktor.server.resources.post
import io.ktor.server.routing.*
@Resource(\"/articles\")
class Articles(val sort: String? = \"new\") {
    @Resource(\"new\")
    class New(val parent: Articles = Articles())
    @Resource(\"{id}\")
    class Id(val parent: Articles = Articles(), val id: Long) {
        @Resource(\"edit\")
        class Edit(val parent: Id)
    }
}
fun Application.module() {
    install(Resources)
    routing {
        get<Articles> { article -> call.respondText(\"x\") }
        get<Articles.New> { }
        post<Articles> { }
        get<Articles.Id> { }
        get<Articles.Id.Edit> { }
        route(\"/v1\") { get<Articles> { } }
    }
}
",
        &[
            "GET /articles ",
            "POST /articles ",
            "GET /articles/new ",
            "GET /articles/{id} ",
            "GET /articles/{id}/edit ",
            "GET /v1/articles ",
        ],
    );
}

#[test]
fn endpoints_that_configure_themselves_stand_below_the_prefix_of_their_library() {
    check(
        "
== Program.cs
using FastEndpoints;
var bld = WebApplication.CreateBuilder();
bld.Services.AddFastEndpoints();
var app = bld.Build();
app.UseFastEndpoints(c => { c.Endpoints.RoutePrefix = \"api\"; });
app.Run();
== Loaves.cs
using FastEndpoints;
namespace Shop;
public class ListLoaves : EndpointWithoutRequest<List<Loaf>>
{
    public override void Configure()
    {
        Get(\"/loaves\");
        AllowAnonymous();
    }
    public override async Task HandleAsync(CancellationToken ct) {}
}
public class Bake : Endpoint<BakeRequest, Loaf>
{
    public override void Configure()
    {
        Post(\"/loaves/{Id}\", \"/bread/{Id}\");
        Group<AdminGroup>();
    }
    public override async Task HandleAsync(BakeRequest r, CancellationToken ct) {}
}
public class Multi : Endpoint<BakeRequest>
{
    public override void Configure()
    {
        Verbs(Http.GET, Http.PUT);
        Routes(\"/multi\");
    }
    public override async Task HandleAsync(BakeRequest r, CancellationToken ct) {}
}
[HttpGet(\"/attr/{Id}\")]
public class Attributed : Endpoint<BakeRequest>
{
    public override async Task HandleAsync(BakeRequest r, CancellationToken ct) {}
}
public sealed class AdminGroup : Group
{
    public AdminGroup() { Configure(\"admin\", ep => { }); }
}
",
        &[
            "POST /api/admin/bread/{Id} HandleAsync",
            "POST /api/admin/loaves/{Id} HandleAsync",
            "GET /api/attr/{Id} HandleAsync",
            "GET /api/loaves HandleAsync",
            "GET /api/multi HandleAsync",
            "PUT /api/multi HandleAsync",
        ],
    );
}

#[test]
fn a_call_by_a_bare_name_is_no_class_and_groups_stand_in_files_of_their_own() {
    check(
        "
== Program.cs
using FastEndpoints;
var bld = WebApplication.CreateBuilder();
bld.Services.AddFastEndpoints();
var app = bld.Build();
app.UseFastEndpoints();
app.Run();
== Usings.cs
global using FastEndpoints;
== Loaves/Get.cs
namespace Shop.Loaves.Get;
public class Get : EndpointWithoutRequest
{
    public override void Configure() { Get(\"/loaves/{Id}\"); }
    public override async Task HandleAsync(CancellationToken ct) {}
}
== Loaves/Feed.cs
using Shop.Groups;
namespace Shop.Loaves.Feed;
public class Feed : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get(\"feed\");
        Group<Errors>();
    }
    public override async Task HandleAsync(CancellationToken ct) {}
}
== Groups/Errors.cs
namespace Shop.Groups;
public sealed class Errors : SubGroup<Developers>
{
    public const string ROUTE = \"errors\";
    public Errors() { Configure(ROUTE, ep => { ep.AllowAnonymous(); }); }
}
== Groups/Developers.cs
namespace Shop.Groups;
public sealed class Developers : Group
{
    public Developers() { Configure(\"dev\", ep => { }); }
}
",
        &["GET /dev/errors/feed HandleAsync", "GET /loaves/{Id} HandleAsync"],
    );
}

#[test]
fn a_group_of_ones_own_is_named_after_the_class_that_asks_for_it() {
    check(
        "
== Program.cs
var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapEndpoints();
app.Run();
== Infrastructure/EndpointGroupBase.cs
namespace Shop.Infrastructure;
public abstract class EndpointGroupBase
{
    public virtual string? GroupName { get; }
    public abstract void Map(WebApplication app);
}
== Infrastructure/WebApplicationExtensions.cs
using System.Reflection;
namespace Shop.Infrastructure;
public static class WebApplicationExtensions
{
    public static RouteGroupBuilder MapGroup(this WebApplication app, EndpointGroupBase group)
    {
        var groupName = group.GetType().Name;
        return app.MapGroup($\"/api/{groupName}\").WithGroupName(groupName).WithTags(groupName).WithOpenApi();
    }
    public static WebApplication MapEndpoints(this WebApplication app)
    {
        var endpointGroupType = typeof(EndpointGroupBase);
        var assembly = Assembly.GetExecutingAssembly();
        var endpointGroupTypes = assembly.GetExportedTypes().Where(t => t.IsSubclassOf(endpointGroupType));
        foreach (var type in endpointGroupTypes)
        {
            if (Activator.CreateInstance(type) is EndpointGroupBase instance)
            {
                instance.Map(app);
            }
        }
        return app;
    }
}
== Endpoints/TodoItems.cs
namespace Shop.Endpoints;
using Shop.Infrastructure;
public class TodoItems : EndpointGroupBase
{
    public override void Map(WebApplication app)
    {
        app.MapGroup(this)
            .RequireAuthorization()
            .MapGet(GetAll)
            .MapPost(Create, \"make\")
            .MapPut(Update, \"{id}\");
    }
    public Task GetAll() {}
    public Task Create() {}
    public Task Update() {}
}
",
        &["GET /api/TodoItems GetAll", "POST /api/TodoItems/make Create", "PUT /api/TodoItems/{id} Update"],
    );
}

#[test]
fn what_the_command_line_of_fastify_starts_is_the_application() {
    check(
        "
== app.js
import path from 'path'
import AutoLoad from '@fastify/autoload'
import { fileURLToPath } from 'url'
const __filename = fileURLToPath(import.meta.url)
const __dirname = path.dirname(__filename)
export default async function (fastify, opts) {
  fastify.register(AutoLoad, { dir: path.join(__dirname, 'plugins'), options: Object.assign({}, opts) })
  fastify.register(AutoLoad, { dir: path.join(__dirname, 'routes'), options: Object.assign({}, opts) })
}
== plugins/support.js
import fp from 'fastify-plugin'
export default fp(async function (fastify, opts) {
  fastify.decorate('x', 1)
})
== routes/root.js
export default async function (fastify, opts) {
  fastify.get('/', async function (request, reply) { return { root: true } })
}
== routes/users/index.js
export const autoPrefix = '/people'
export default async function (fastify, opts) {
  fastify.get('/:id', async function (request, reply) { return 1 })
}
== routes/orders/index.js
export default async function (fastify, opts) {
  fastify.get('/', async function (request, reply) { return 1 })
}
== routes/orders/_id/index.js
export default async function (fastify, opts) {
  fastify.get('/', async function (request, reply) { return 1 })
}
",
        &["GET / ", "GET /orders ", "GET /orders/_id ", "GET /people/{id} "],
    );
}

#[test]
fn folders_may_be_left_out_of_the_paths_of_plugins() {
    check(
        "
== server.js
'use strict'
const path = require('node:path')
const AutoLoad = require('@fastify/autoload')
module.exports = async function (fastify, opts) {
  fastify.register(AutoLoad, { dir: path.join(__dirname, 'routes'), dirNameRoutePrefix: false, routeParams: true, options: Object.assign({ prefix: '/api' }, opts) })
  fastify.register(require('./extra'), { prefix: '/extra' })
}
== extra.js
module.exports = async function (fastify) { fastify.get('/x', h) }
function h() {}
== routes/a/one.js
'use strict'
module.exports = async function (fastify, opts) {
  fastify.get('/one', handler)
}
module.exports.autoPrefix = '/auto'
async function handler() {}
== routes/b.js
'use strict'
module.exports = async function (fastify, opts) {
  fastify.route({ method: 'POST', url: '/two', handler })
}
async function handler() {}
",
        &[
            "GET /api/auto/one handler",
            "POST /api/two handler",
            "GET /extra/x h",
        ],
    );
}
