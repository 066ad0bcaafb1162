//! Java and Kotlin: Spring, JAX-RS.

use super::check;

#[test]
fn spring_functions_build_routes() {
    check(
        "
== src/main/java/a/Routes.java
package a;
import static org.springframework.web.reactive.function.server.RequestPredicates.*;
import static org.springframework.web.reactive.function.server.RouterFunctions.*;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

class Routes {
  RouterFunction<ServerResponse> users(Users users) {
    return RouterFunctions.route(GET(\"/users\").and(accept(APPLICATION_JSON)), users::list)
        .andRoute(POST(\"/users\"), users::create)
        .andNest(path(\"/users/{id}\"), more(users));
  }
  RouterFunction<ServerResponse> more(Users users) {
    return RouterFunctions.route().DELETE(\"/tokens\", users::forget).build();
  }
  RouterFunction<ServerResponse> orders(Orders orders) {
    return RouterFunctions.route()
        .GET(\"/orders\", orders::list)
        .path(\"/orders/{id}\", builder -> builder
            .GET(orders::get)
            .nest(accept(APPLICATION_JSON), inner -> inner.PUT(\"\", orders::put)))
        .nest(RequestPredicates.path(\"/v2\"), this.later(orders))
        .build();
  }
  Supplier<RouterFunction<ServerResponse>> later(Orders orders) {
    return () -> RouterFunctions.route().POST(\"/orders\", orders::create).build();
  }
}
class Users { Mono list() {} Mono create() {} Mono forget() {} }
class Orders { Mono list() {} Mono get() {} Mono put() {} Mono create() {} }
",
        &[
            "GET /orders list",
            "GET /orders/{id} get",
            "PUT /orders/{id} put",
            "GET /users list",
            "POST /users create",
            "DELETE /users/{id}/tokens forget",
            "POST /v2/orders create",
        ],
    );
}

#[test]
fn spring_routes_are_nested_in_kotlin_lambdas() {
    check(
        "
== src/main/kotlin/a/Routes.kt
package a
import org.springframework.context.annotation.Bean
import org.springframework.web.reactive.function.server.coRouter

class Routes(private val users: Users) {
  @Bean
  fun routes() = coRouter {
    GET(\"/ping\") { ok().buildAndAwait() }
    \"/users\".nest {
      GET(\"\", users::list)
      \"/{id}\".nest { DELETE(\"\", users::remove) }
    }
    accept(MediaType.APPLICATION_JSON).nest { POST(\"/logins\", users::login) }
  }
}
class Users { suspend fun list() {} suspend fun remove() {} suspend fun login() {} }
",
        &["POST /logins login", "GET /ping ", "GET /users list", "DELETE /users/{id} remove"],
    );
}

#[test]
fn methods_of_one_name_are_routes_of_their_own() {
    check(
        "
== src/main/java/a/Base.java
package a;
import org.springframework.web.bind.annotation.*;
abstract class Base {
  @GetMapping(\"/base\") Object get() {}
  @GetMapping(\"/only\") Object only() {}
}
== src/main/java/a/Users.java
package a;
import org.springframework.web.bind.annotation.*;
@RestController
@RequestMapping(\"/users\")
class Users extends Base {
  @GetMapping Object get() {}
  @GetMapping(\"/{id}\") Object get(long id) {}
}
",
        &["GET /users get", "GET /users/only only", "GET /users/{id} get"],
    );
}

#[test]
fn interfaces_of_clients_are_no_endpoints() {
    check(
        "
== src/main/java/a/Users.java
package a;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
@Path(\"/users\")
public class Users { @GET public Object list() {} }
== src/main/java/a/Heroes.java
package a;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
@Path(\"/api/heroes\")
@RegisterRestClient(configKey = \"heroes\")
interface Heroes { @GET Object random(); }
",
        &["GET /users list"],
    );
}

#[test]
fn interfaces_that_clients_share_are_served_by_the_controllers_of_another_module() {
    check(
        "
== api/src/main/java/a/api/LoafOperations.java
package a.api;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
public interface LoafOperations {
  @GetExchange(\"/loaves/{slug}\") Loaf find(String slug);
  @PostExchange(\"/loaves\") Loaf create(Loaf loaf);
}
== service/src/main/java/a/web/LoafController.java
package a.web;
import a.api.LoafOperations;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
@RestController
@RequestMapping(\"${api.version}\")
public class LoafController implements LoafOperations {
  @Override public Loaf find(String slug) { return null; }
  @Override public Loaf create(Loaf loaf) { return null; }
}
== service/src/main/resources/application.yml
api:
  version: /v1
",
        &["POST /v1/loaves create", "GET /v1/loaves/{slug} find"],
    );
}
