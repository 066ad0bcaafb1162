//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::FileFacts,
    frontends::{facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("lib/a.ex", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check_any_order("lib/a.ex", text, expected);
}

#[test]
fn modules_are_classes_and_what_they_use_is_their_base() {
    check(
        "defmodule Shop.Web.OrderController do\n  use Shop.Web, :controller\n  alias Shop.{Orders, Orders.Order}\n  alias Shop.Mail, as: M\n  import Ecto.Query\n\n  def show(conn, %{\"id\" => id} = params) do\n    order = Orders.get!(id)\n    {:ok, mail} = M.send(order)\n    render(conn, :show, order: %Order{id: id})\n  end\n\n  defp one(a, b \\\\ 1) when a > 1, do: a\nend\n",
        &[
            "1: Class Shop.Web.OrderController() < Shop.Web.controller",
            "3: import Shop.Orders (module) as -",
            "3: import Shop.Orders.Order (module) as -",
            "4: import Shop.Mail (module) as -",
            "5: import Ecto.Query (module) as -",
            "7: Function Shop.Web.OrderController.show(conn, params, )",
            "Assign order = Shop.Orders.get!(id)",
            "Assign mail = Shop.Mail.send(order)[\"1\"]",
            "call Shop.Orders.Order(",
            "13: Function Shop.Web.OrderController.one(a, b, )",
        ],
    );
}

#[test]
fn blocks_are_functions_and_keywords_are_named_arguments() {
    check(
        "scope \"/api\", as: :api do\n  resources \"/x\", XController, only: [:index] do\n    get \"/y\", YController, :show\n  end\nend\n",
        &[
            "call get(\"/y\", YController, \"show\")",
            "call resources(\"/x\", XController, [\"index\"], fun@2)",
            "1: (module) call scope(\"/api\", \"api\", fun@1)",
        ],
    );
}

#[test]
fn pipes_hand_over_the_first_argument_and_branches_stay_in_place() {
    let facts = read(
        "def f(x) do\n  x |> where(id: 1) |> Repo.all()\nend\nfor y <- ys, do: g(y)\nif a, do: h(), else: i()\n",
    );
    let calls: Vec<(String, bool)> =
        facts.calls.iter().map(|call| (facts.show(call.callee), facts.in_loop(call.block))).collect();
    let expected = [("where", false), ("Repo.all", false), ("g", true), ("h", false), ("i", false)];
    assert_eq!(calls, expected.map(|(name, inside)| (name.to_owned(), inside)));
    assert!(facts.dump().contains("return Repo.all(where(x, id=0))"), "{}", facts.dump());
}

#[test]
fn texts_keep_their_holes() {
    check(
        "a = \"x #{b} y\"\nc = ~w(d e)\nf = [g: 1]\nh = %{\"i\" => j}\n",
        &["a = t(\"x \" b \" y\")", "c = [\"d\", \"e\"]", "f = {\"g\": 0, }", "h = {\"i\": j, }"],
    );
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let constructs = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("!", "1", ""),
        ("[", "1", "]"),
        ("a + ", "1", ""),
        ("x |> ", "f()", ""),
        ("f do\n", "1", "\nend"),
        ("fn -> ", "1", " end"),
        ("defmodule A do\n", "1", "\nend"),
    ];
    testing::nest("a.ex", &constructs, |nested| nested.to_owned(), testing::refused_by_name);
}

#[test]
fn long_chains_and_nested_statements_never_overflow_the_stack() {
    for n in [600, 2_400, 100_000] {
        let texts = [format!("x{}", ".a()".repeat(n))];
        testing::on_stack(|| {
            for text in &texts {
                assert!(facts("a.ex", text).is_some());
            }
        });
    }
}
