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
