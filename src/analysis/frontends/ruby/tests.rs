//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::FileFacts,
    frontends::{facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("app/a.rb", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check("app/a.rb", text, expected);
}

#[test]
fn blocks_are_functions_and_options_are_named_arguments() {
    check(
        "Rails.application.routes.draw do\n  resources :articles, only: %i[index show], :path => 'a' do\n    member do\n      get :x, to: 'c#a'\n    end\n  end\n  get '/y' => 'c#b', as: :z\nend\n",
        &[
            "1: import Rails (module) as -",
            "call get(\"x\", \"c#a\")",
            "call member(fun@3)",
            "call resources(\"articles\", [\"index\", \"show\"], \"a\", fun@2)",
            "call get({\"/y\": \"c#b\", }, \"z\")",
            "1: (module) call Rails.application().routes().draw(fun@1)",
        ],
    );
}

#[test]
fn modules_are_namespaces_unless_they_have_methods() {
    let facts = read(
        "module Api\n  class V1::ArticlesController < ApplicationController\n    before_action :auth\n    def index(page = 1, *rest, key:, **more, &block)\n      @articles = Article.where(id: 1)\n      render json: @articles\n    end\n    def self.build; new; end\n  end\nend\nmodule Paging\n  def page; end\nend\n",
    );
    let names: Vec<String> = facts
        .scope_ids()
        .skip(1)
        .map(|(id, scope)| format!("{:?} {}", scope.kind, facts.qualified_name(id)))
        .collect();
    assert_eq!(
        names,
        [
            "Namespace Api",
            "Namespace Api.V1",
            "Class Api.V1.ArticlesController",
            "Function Api.V1.ArticlesController.index",
            "Function Api.V1.ArticlesController.build",
            "Class Paging",
            "Function Paging.page",
        ]
    );
    let dump = facts.dump();
    for line in [
        "Class Api.V1.ArticlesController() < ApplicationController",
        "Assign self.articles = Article.where(id=0)",
        "return render(json=self.articles)",
    ] {
        assert!(dump.contains(line), "no `{line}` in:\n{dump}");
    }
}

#[test]
fn texts_keep_their_holes() {
    check(
        "a = \"x #{b} y\"\nc = 'p' + d\ne = <<~SQL\n  select #{f}\nSQL\ng = [1, :h]\ni, j = k\nl ||= Store.new(1)\n",
        &[
            "a = t(\"x \" b \" y\")",
            "c = t(\"p\" d)",
            "e = t(",
            "f",
            "g = [0, \"h\"]",
            "i = k[\"0\"]",
            "j = k[\"1\"]",
            "l = Store(0)",
        ],
    );
}

#[test]
fn percent_signs_fill_texts_with_values() {
    check(
        "f('a = %{b} c' % {b: x, d: 1})\ng('a = %<b>s' % {b: y})\nh('%d %s 5%%' % [n, z])\ni('%s' % w)\nj(a % b)\n",
        &[
            "call f(t(\"a = \" x \" c\"))",
            "call g(t(\"a = \" y))",
            "call h(t(0 \" \" z \" 5\" \"%\"))",
            "call i(t(w))",
        ],
    );
}

#[test]
fn branches_and_loops_hold_what_is_inside() {
    let facts = read(
        "xs.each { |x| a(x) }\nwhile b\n  c()\nend\nd() if e\nbegin\n  f()\nrescue G => h\n  i()\nend\n",
    );
    let calls: Vec<(String, bool)> =
        facts.calls.iter().map(|call| (facts.show(call.callee), facts.in_loop(call.block))).collect();
    let looped: Vec<&str> =
        calls.iter().filter(|(_, inside)| *inside).map(|(name, _)| name.as_str()).collect();
    assert_eq!(looped, ["c"]);
    assert_eq!(calls.len(), 6);
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let constructs = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("!", "1", ""),
        ("[", "1", "]"),
        ("-> { ", "x", " }"),
        ("a + ", "1", ""),
        ("if a\n", "1", "\nend"),
        ("f do\n", "1", "\nend"),
        ("module A\n", "1", "\nend"),
    ];
    testing::nest("a.rb", &constructs, |nested| nested.to_owned(), testing::refused_by_name);
}

#[test]
fn long_chains_and_nested_statements_never_overflow_the_stack() {
    for n in [600, 2_400, 100_000] {
        let texts = [format!("x{}", ".a()".repeat(n))];
        testing::on_stack(|| {
            for text in &texts {
                assert!(facts("a.rb", text).is_some());
            }
        });
    }
}
