//! Symfony and Laravel.

use super::{check, unknown};

const CONTROLLERS: &str = "
== src/Controller/BlogController.php
<?php
namespace App\\Controller;
use Symfony\\Component\\Routing\\Attribute\\Route;
#[Route('/blog')]
final class BlogController {
    #[Route('/', name: 'index', methods: ['GET'])]
    public function index() {}
}
== src/Controller/Home.php
<?php
namespace App\\Controller;
final class Home { public function show() {} }
== src/Api/UserController.php
<?php
namespace App\\Api;
use Symfony\\Component\\Routing\\Attribute\\Route;
final class UserController {
    #[Route('/users', methods: ['GET'])]
    public function list() {}
}
";

#[test]
fn symfony_tables_put_prefixes_before_classes_and_state_routes() {
    check(
        &format!(
            "{CONTROLLERS}
== config/routes.yaml
home:
    path: /{{_locale}}
    controller: App\\Controller\\Home::show
    methods: [GET]
controllers:
    resource: ../src/Controller/
    type: attribute
    prefix: /{{_locale}}
api:
    resource: ../src/Api/
    type: attribute
    prefix: /api
"
        ),
        &["GET /api/users list", "GET /{_locale} Home.show", "GET /{_locale}/blog index"],
    );
}

#[test]
fn symfony_classes_have_no_prefix_that_no_table_states() {
    check(
        &format!(
            "{CONTROLLERS}
== config/routes/attributes.yaml
controllers:
    resource: {{path: ../../src/Controller/, namespace: App\\Controller}}
    type: attribute
"
        ),
        &["GET /blog index", "GET /users list"],
    );
}

#[test]
fn a_required_file_that_is_not_in_the_project_is_not_missed() {
    let source = "
== public/index.php
<?php
use Slim\\Factory\\AppFactory;
require __DIR__ . '/../vendor/autoload.php';
$app = AppFactory::create();
$app->get('/ping', 'Ping:show');
";
    assert_eq!(unknown(source), Vec::<String>::new());
    check(source, &["GET /ping Ping:show"]);
}

#[test]
fn controllers_of_symfony_that_are_called_themselves_state_their_route_on_the_class() {
    check(
        "
== src/Controller/LoafController.php
<?php
namespace App\\Controller;

use Symfony\\Component\\Routing\\Annotation\\Route;

/**
 * @Route(\"/api/loaves/{slug}\", methods={\"GET\", \"HEAD\"}, name=\"loaf\")
 */
final class LoafController
{
    public function __invoke(string $slug): array { return []; }
}
== src/Controller/CrumbController.php
<?php
namespace App\\Controller;

use Symfony\\Component\\Routing\\Attribute\\Route;

#[Route('/crumbs')]
class CrumbController
{
    #[Route('/{id}', methods: ['GET'])]
    public function show(int $id): array { return []; }

    public function __invoke(): array { return []; }
}
",
        &["GET /api/loaves/{slug} __invoke", "HEAD /api/loaves/{slug} __invoke", "GET /crumbs/{id} show"],
    );
}

#[test]
fn resources_of_api_platform_list_their_operations() {
    check(
        "
== config/routes/api_platform.yaml
api_platform:
    resource: .
    type: api_platform
    prefix: /api
== src/ApiResource/Loaf.php
<?php
namespace App\\ApiResource;

use ApiPlatform\\Metadata\\ApiResource;
use ApiPlatform\\Metadata\\Get;
use ApiPlatform\\Metadata\\GetCollection;
use App\\Controller\\SliceController;

#[ApiResource(operations: [
    new GetCollection(),
    new Get(uriTemplate: '/loaves/{slug}/slice', controller: SliceController::class),
])]
class Loaf
{
}
== src/ApiResource/OrderLineResource.php
<?php
namespace App\\ApiResource;

use ApiPlatform\\Metadata as API;

#[API\\Delete(name: 'remove')]
class OrderLineResource
{
}
== src/Controller/SliceController.php
<?php
namespace App\\Controller;

class SliceController
{
    public function __invoke() {}
}
",
        &[
            "GET /api/loafs Loaf",
            "GET /api/loaves/{slug}/slice SliceController",
            "DELETE /api/order_lines/{id} OrderLineResource",
        ],
    );
}

#[test]
fn slim_handlers_are_lists_of_a_class_name_and_a_method() {
    check(
        "
== routes.php
<?php
use Slim\\Factory\\AppFactory;
$app = AppFactory::create();
$app->get('/loaves', ['\\\\Shop\\\\Controller\\\\Loaves', 'list']);
$app->get('/about', ['Shop\\Controller\\About', 'show']);
== src/Controller/Loaves.php
<?php
namespace Shop\\Controller;
class Loaves { public function list() {} }
",
        &["GET /about About.show", "GET /loaves Loaves.list"],
    );
}
