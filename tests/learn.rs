//! `proscenium learn` through the real program: a lesson from nothing to its end, the ways
//! to be wrong, a kill in between, and what authors run.

use crate::{
    pty_walkthrough::has_python,
    support::{
        program::{Sandboxed, finish, schema_errors},
        pty::{Home, Start, Terminal},
        source::root,
        temp,
    },
};
use proscenium::{
    domain::lesson::{Lesson, tree::Tree},
    knowledge::course,
    runtime::{
        Dirs,
        learn::checkup::{RunTests, checkup},
    },
};
use std::{
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
};

fn lesson(name: &str) -> Lesson {
    course::shipped().unwrap().into_iter().find(|lesson| lesson.name == name).unwrap()
}

/// The lines that type the files of a tree that differ from another.
fn typed(before: &Tree, now: &Tree) -> String {
    let changed = now.iter().filter(|(path, text)| before.get(*path) != Some(text));
    changed.map(|(path, text)| format!("write {path}\n{text}.\n")).collect()
}

fn with(tree: &Tree, path: &str, from: &str, to: &str) -> Tree {
    let mut tree = tree.clone();
    let text = tree.get_mut(path).unwrap();
    assert!(text.contains(from), "{path}: {from}");
    *text = text.replacen(from, to, 1);
    tree
}

/// Runs lessons line by line with these answers.
fn lines(sandbox: &Sandboxed, arguments: &[&str], answers: &str) -> String {
    let mut command = sandbox.command(&sandbox.home());
    let mut child = command
        .args(["learn", "--linear"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let answers = answers.to_owned();
    // The program may leave before it has read everything; that is no failure of the writer.
    let writer = std::thread::spawn(move || drop(input.write_all(answers.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.bytes().any(|byte| byte == 0x1b), "no escape byte is written");
    text
}

#[track_caller]
fn assert_in_order(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for wanted in wanted {
        rest = rest.split_once(wanted).unwrap_or_else(|| panic!("`{wanted}` does not follow in\n{text}")).1;
    }
}

#[test]
fn the_first_lesson_is_walked_to_its_end_from_a_file_of_answers() {
    if !has_python() {
        println!("not run: python3 is missing");
        return;
    }
    let sandbox = Sandboxed::new();
    let lesson = lesson("handler-sql");
    let [one, two, three] = [1, 2, 3].map(|steps| lesson.solved(steps).unwrap());
    let answers = [
        "1\n\n3\ncheck\nhint\nhint\nhint\nhint\n".to_owned(),
        typed(&lesson.start, &one) + "check\n\n1\n",
        typed(&one, &two) + "check\n\n1\n",
        typed(&two, &three) + "check\n\n\n",
    ];
    let text = lines(&sandbox, &[], &answers.concat());
    assert_in_order(
        &text,
        &[
            "1 A handler that runs SQL",
            "THE WORKING COPY",
            "How often will the review speak up",
            "YOU PREDICTED IT",
            "Nothing has changed since the step began.",
            "HINT: WHERE, 1 of 4",
            "HINT: THE DIFF, 4 of 4",
            "+    def find(self, book_id: int)",
            "Checking: tests, rules, size.",
            "done, Done: the tests are green, the rule is kept, the step is small.",
            "WHAT IT BOUGHT",
            "List a shelf the same way, step 2 of 3",
            "YOU PREDICTED IT",
            "WHAT IT BOUGHT",
            "Decide where decisions are made, step 3 of 3",
            "YOU PREDICTED SOMETHING ELSE",
            "WHAT IT BOUGHT",
            "A HANDLER THAT RUNS SQL: DONE",
            "done, Read one book through the layers, done, 4 hints",
            "2 of 3 predictions were right.",
            "done, 1 A handler that runs SQL",
        ],
    );
    let shown = sandbox.run(&sandbox.home(), &["learn", "--list"]).expect(0).text();
    assert!(shown.contains("handler-sql") && shown.contains("15 min · done"), "{shown}");
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn each_way_to_be_wrong_hears_something_else_and_what_to_do() {
    if !has_python() {
        println!("not run: python3 is missing");
        return;
    }
    let sandbox = Sandboxed::new();
    let lesson = lesson("handler-sql");
    let solved = lesson.solved(1).unwrap();
    let router = "app/routers/books.py";
    let broken = with(&solved, router, "return books.get(book_id)", "return {}");
    // The query has moved, and the handler asks the repository itself.
    let past = with(
        &solved,
        router,
        "books: BookService = Depends(book_service)",
        "db: sqlite3.Connection = Depends(get_db)",
    );
    let past = with(
        &past,
        router,
        "return books.get(book_id)",
        "book = BookRepository(db).find(book_id)\n    if book is None:\n        raise HTTPException(status_code=404, detail=\"no such book\")\n    return book",
    );
    let past = with(
        &past,
        router,
        "from app.services.books import BookService",
        "from app.repositories.books import BookRepository",
    );
    let past = with(&past, router, "from app.routers.deps import book_service\n", "");
    let many: String = (0..40).map(|number| format!("# note {number}\n")).collect();
    let large =
        with(&solved, "app/services/books.py", "class BookService:", &format!("{many}class BookService:"));
    let crash = with(&solved, "app/services/books.py", "class BookService:", "class BookService(:");
    let half =
        with(&lesson.start, "app/services/books.py", "class BookService:", "class BookService:  # soon");
    let answers = [
        "1\n\n1\nedit\nwrite tests/test_books.py\n".to_owned(),
        typed(&lesson.start, &half) + "check\n",
        typed(&half, &broken) + "check\n",
        typed(&broken, &past) + "check\n",
        typed(&past, &large) + "check\n",
        typed(&large, &crash) + "check\n",
        "undo\n2\nfiles\nquit\n".to_owned(),
    ];
    let text = lines(&sandbox, &[], &answers.concat());
    assert_in_order(
        &text,
        &[
            // A prediction that was wrong, and a test that is not the learner's to change.
            "YOU PREDICTED SOMETHING ELSE",
            "Tests say what the program does, not where it does it.",
            "No editor is set. `write app/routers/books.py` types it here",
            "tests/test_books.py stays as it is: it says what must remain true.",
            // Green, and the flaw is still there.
            "The tests pass, but the flaw is still there.",
            "a query in a route handler: at most 2 (arch/router-uses-orm)",
            "no db.execute and no db among its parameters",
            // A test breaks.
            "The change breaks a test.",
            "test_a_book_is_read_by_its_number",
            // Green, and a layer is skipped.
            "The tests pass, and a rule is broken that was kept before.",
            "arch/layer-order",
            "give the service a method",
            // Right, and too much.
            "It works, and it is too large for one step.",
            "40 are enough",
            "app/services/books.py",
            // Nothing to grade.
            "The tests could not say anything.",
            "SyntaxError",
            "Begin the step anew?",
            "3 files were put back.",
        ],
    );
    let state = sandbox.home().join("state/proscenium/lessons/handler-sql");
    let text = std::fs::read_to_string(state.join("work").join(router)).unwrap();
    assert_eq!(Some(&text), lesson.start.get(router), "the step began anew");
}

#[test]
fn a_lesson_goes_on_where_it_was_killed() {
    if !has_python() {
        println!("not run: python3 is missing");
        return;
    }
    let sandbox = Sandboxed::new();
    let lesson = lesson("handler-sql");
    let mut child = sandbox
        .command(&sandbox.home())
        .args(["learn", "handler-sql", "--linear"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let solved = lesson.solved(1).unwrap();
    let answers = format!("\n3\nhint\n{}check\n\n1\nhint\nhint\n", typed(&lesson.start, &solved));
    input.write_all(answers.as_bytes()).unwrap();
    let (mut heard, mut byte) = (Vec::new(), [0]);
    let mut output = child.stdout.take().unwrap();
    while !String::from_utf8_lossy(&heard).contains("2 of 4") || !heard.ends_with(b" > ") {
        assert_eq!(output.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&heard));
        heard.extend(byte);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let back = lines(&sandbox, &[], "1\nhint\nquit\n");
    assert_in_order(
        &back,
        &[
            "1 of 3 done",
            "YOU PREDICTED IT",
            "List a shelf the same way, step 2 of 3",
            "HINT: WHERE, 1 of 4",
            "HINT: WHAT, 2 of 4",
            "HINT: WHICH PATTERN, 3 of 4",
        ],
    );
}

#[test]
fn reset_and_skip_work_without_a_screen_and_a_wrong_name_is_told_the_right_ones() {
    let sandbox = Sandboxed::new();
    let home = sandbox.home();
    let wrong = sandbox.run(&home, &["learn", "nonsense"]).expect(2);
    assert!(wrong.err.contains("the lessons are: ") && wrong.err.contains("handler-sql"), "{}", wrong.err);
    let skipped = sandbox.run(&home, &["learn", "skip", "handler-sql"]).expect(0);
    assert!(skipped.err.contains("Skipped: Read one book through the layers."), "{}", skipped.err);
    let shown = sandbox.run(&home, &["learn", "progress"]).expect(0).text();
    assert!(shown.contains("1 of 3 done"), "{shown}");
    let work = home.join("state/proscenium/lessons/handler-sql/work");
    let text = std::fs::read_to_string(work.join("app/services/books.py")).unwrap();
    assert!(text.contains("def get(self"), "the working copy has the solution:\n{text}");
    sandbox.run(&home, &["learn", "reset", "handler-sql"]).expect(0);
    let shown = sandbox.run(&home, &["learn", "progress"]).expect(0).text();
    assert!(shown.contains("15 min · 3 steps"), "{shown}");
    assert!(!work.exists());
}

/// An editor that saves the next solution, whatever it is opened on.
fn editor(home: &Path, trees: &[Tree]) -> String {
    let folder = home.join("editor");
    for (index, tree) in trees.iter().enumerate() {
        for (path, text) in tree {
            let path = folder.join((index + 1).to_string()).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let script = folder.join("edit");
    let at = folder.display();
    let text = format!(
        "#!/bin/sh\nset -e\ntest -f \"$2\"\ntouch {at}/count\necho x >> {at}/count\nn=$(wc -l < {at}/count)\ncp -R {at}/$((n))/. \"${{2%/app/*}}\"\n"
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    script.display().to_string()
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn the_first_lesson_is_walked_in_a_real_terminal() {
    if !has_python() {
        println!("not run: python3 is missing");
        return;
    }
    let home = Home::new();
    let lesson = lesson("handler-sql");
    let trees = [1, 2, 3].map(|steps| lesson.solved(steps).unwrap());
    let script = editor(&home.path(), &trees);
    let start = Start {
        size: (80, 24),
        environment: &[("EDITOR", script.as_str()), ("VISUAL", "")],
        ..Start::proscenium(&["learn"])
    };
    let mut terminal = Terminal::open(&home, &start);
    terminal.wait_for("A handler that runs SQL");
    terminal.press(&["Enter"]);
    terminal.wait_for("THE WORKING COPY");
    for (step, answer) in ["1", "1", "2"].into_iter().enumerate() {
        terminal.press(&["Enter"]);
        terminal.wait_for("Before anything is shown");
        terminal.press(&[answer]);
        terminal.wait_for("YOU PREDICTED");
        if step == 0 {
            terminal.press(&["w"]);
            terminal.wait_for("HINT: WHERE");
            // The built-in editor: something is typed, and saved.
            terminal.press(&["e"]);
            terminal.wait_for("Books over HTTP");
            terminal.press(&["“# ”", "Ctrl-S"]);
            terminal.wait_for("app/routers/books.py was saved.");
            // Any editor beside it: a save is noticed.
            let state = home.path().join("home/.local/state/proscenium/lessons/handler-sql");
            std::fs::write(state.join("work/app/errors.py"), "# saved elsewhere\n").unwrap();
            terminal.wait_for("app/errors.py was saved.");
            terminal.press(&["u"]);
            terminal.wait_for("Begin the step anew?");
            terminal.press(&["2"]);
            terminal.wait_for("Nothing has changed yet.");
        }
        terminal.press(&["o"]);
        terminal.wait_for("lines changed; not checked yet.");
        terminal.press(&["r"]);
        terminal.wait_for("WHAT IT BOUGHT");
    }
    terminal.press(&["c"]);
    terminal.wait_for("2 of 3 predictions were right.");
    terminal.press(&["q"]);
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.text());
    terminal.assert_restored();
}

#[test]
fn every_lesson_keeps_its_promises_as_far_as_rules_and_sizes_go() {
    let home = temp::folder();
    for lesson in course::shipped().unwrap() {
        let found = checkup(&lesson, &Dirs::below(home.path()), RunTests::No).unwrap();
        assert_eq!(found.problems, Vec::<String>::new(), "{}", lesson.name);
    }
}

#[test]
fn every_lessons_own_tests_are_green_at_its_start_and_after_each_solution() {
    if std::env::var_os("PROSCENIUM_LESSONS").is_none_or(|value| value != "1") {
        println!("not run: PROSCENIUM_LESSONS=1 runs the test command of each lesson");
        return;
    }
    let sandbox = Sandboxed::new();
    for lesson in course::shipped().unwrap() {
        let folder = root().join("resources/lessons").join(&lesson.name);
        let mut command = sandbox.command(root());
        // Toolchains are found through the real home; nothing else is asked of it.
        command.env("HOME", std::env::var_os("HOME").unwrap());
        let found = finish(command.args(["learn", "check", "--run", "--format", "json"]).arg(folder));
        let found = found.expect(0).json();
        println!("{found:#}");
        for step in found["steps"].as_array().unwrap() {
            assert!(step["tests"].as_str().unwrap().ends_with(" passed"), "{} {step}", lesson.name);
        }
    }
}

#[test]
fn an_author_is_told_what_is_wrong_with_a_folder() {
    let sandbox = Sandboxed::new();
    let folder = sandbox.path("handler-sql");
    for (path, text) in course::shipped_files("handler-sql").all() {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let home = sandbox.home();
    let arguments = ["learn".as_ref(), "check".as_ref(), folder.as_os_str()];
    let good = sandbox.run(&home, &arguments).expect(0).text();
    assert!(good.contains("--run runs the lesson's own command too"), "{good}");
    let yaml = folder.join("lesson.yaml");
    let text = std::fs::read_to_string(&yaml).unwrap();
    std::fs::write(
        &yaml,
        text.replacen("at_most: 2", "at_most: 3", 1).replacen(
            "arch/router-uses-orm\n        at_most: 0",
            "arch/none\n        at_most: 0",
            1,
        ),
    )
    .unwrap();
    let bad = sandbox.run(&home, &arguments).expect(1).text();
    assert!(bad.contains("step lend: there is no rule `arch/none`"), "{bad}");
    std::fs::write(&yaml, text.replacen("lines: 40", "lines: 3", 1)).unwrap();
    let broken = sandbox.run(&home, &arguments).expect(2);
    assert!(
        broken.err.contains("lesson.yaml:") && broken.err.contains("hint: docs/lessons.md"),
        "{}",
        broken.err
    );
}

#[test]
fn the_shipped_lessons_and_the_template_of_the_documents_fit_the_schema() {
    for lesson in course::shipped().unwrap() {
        let files = course::shipped_files(&lesson.name);
        let value: serde_json::Value =
            serde_saphyr::from_str(files.text(course::LESSON_FILE).unwrap()).unwrap();
        assert_eq!(schema_errors("lesson", &value), Vec::<String>::new(), "{}", lesson.name);
    }
    let document = std::fs::read_to_string(root().join("docs/lessons.md")).unwrap();
    let (_, rest) = document.split_once("```yaml\n").unwrap();
    let mut value: serde_json::Value = serde_saphyr::from_str(rest.split_once("```").unwrap().0).unwrap();
    // It shows one step where a lesson has three.
    let steps = value["steps"].as_array_mut().unwrap();
    for id in ["second", "third"] {
        let mut step = steps[0].clone();
        step["id"] = id.into();
        steps.push(step);
    }
    assert_eq!(schema_errors("lesson", &value), Vec::<String>::new());
}
