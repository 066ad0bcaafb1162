//! ASP.NET Core: conventions, extensions of one's own.

use super::check;

const CONTROLLERS: &str = "
== src/Controllers/HomeController.cs
using Microsoft.AspNetCore.Mvc;
namespace Shop.Controllers;
public class HomeController : Controller {
  public IActionResult Index() => View();
  public IActionResult Privacy() => View();
  [NonAction] public IActionResult Helper() => null;
  public string Title() => null;
  private string Own() => null;
}
== src/Controllers/OrdersController.cs
using Microsoft.AspNetCore.Mvc;
namespace Shop.Controllers;
[Area(\"Admin\")]
public class OrdersController : Controller {
  public async Task<IActionResult> Index() => View();
  public IActionResult Edit(int id) => View();
  [HttpPost] public IActionResult Edit(int id, Order order) => View();
  [HttpGet(\"/orders/export\")] public IActionResult Export() => View();
}
== src/Controllers/ApiController.cs
using Microsoft.AspNetCore.Mvc;
namespace Shop.Controllers;
[Route(\"api/[controller]\")]
public class StockController : ControllerBase {
  [HttpGet] public IActionResult List() => Ok();
}
";

#[test]
fn methods_of_controllers_are_served_by_convention_where_it_is_switched_on() {
    check(
        &format!(
            "{CONTROLLERS}
== src/Program.cs
using Microsoft.AspNetCore.Builder;
var app = WebApplication.CreateBuilder(args).Build();
app.MapControllerRoute(name: \"default\", pattern: \"{{controller=Home}}/{{action=Index}}/{{id?}}\");
"
        ),
        &[
            "ANY / Index",
            "ANY /Admin/Orders Index",
            "ANY /Admin/Orders/Edit/{id} Edit",
            "POST /Admin/Orders/Edit/{id} Edit",
            "ANY /Home/Privacy Privacy",
            "GET /api/Stock List",
            "GET /orders/export Export",
        ],
    );
}

#[test]
fn extensions_of_ones_own_may_take_the_handler_first() {
    check(
        "
== src/Extensions.cs
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
namespace Shop;
public static class Extensions {
  public static RouteHandlerBuilder MapPost(this IEndpointRouteBuilder builder, Delegate handler, string pattern = \"\") {
    return builder.MapPost(pattern, handler).WithName(handler.Method.Name);
  }
}
== src/Program.cs
using Microsoft.AspNetCore.Builder;
namespace Shop;
var app = WebApplication.CreateBuilder(args).Build();
var group = app.MapGroup(\"/api/orders\");
group.MapPost(Create);
group.MapPost(Close, \"{id}/close\");
group.MapGet(\"/\", List);
static string Create() => null;
static string Close(int id) => null;
static string List() => null;
",
        &["GET /api/orders List", "POST /api/orders Create", "POST /api/orders/{id}/close Close"],
    );
}

#[test]
fn verbs_may_stand_in_a_collection_expression() {
    check(
        "
== Program.cs
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapMethods(\"/check\", [HttpMethods.Options, HttpMethods.Put], Check);
static string Check() => \"ok\";
",
        &["OPTIONS /check Check", "PUT /check Check"],
    );
}
