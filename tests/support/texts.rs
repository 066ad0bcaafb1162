//! Random texts and changes of them, with everything that line tools get wrong.

use proptest::{collection::vec, prelude::*, sample::select};

/// One line without its end. The few words repeat, so that lines are ambiguous.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["a", "b", "c", "}", "", "    return x", "def f():"]).prop_map(str::to_owned),
        3 => "[a-z]{1,8}",
        1 => select(vec![
            "é ü 漢字", "x\u{2028}y", "x\u{85}y", "\u{c}", "lone\rreturn", "--- a/f", "+++ b/f", "@@ -1 +1 @@",
            "-- ", "diff --git a/x b/x", "\\ No newline at end of file", "\u{feff}bom", "👩‍👩‍👧", "tab\t",
        ]).prop_map(str::to_owned),
    ]
}

fn ending() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just("\n"), 2 => Just("\r\n")]
}

/// A text: lines with mixed ends, perhaps none at the last; perhaps empty.
pub fn text() -> impl Strategy<Value = String> {
    (vec((line(), ending()), 0..32), any::<bool>(), 0..3_u8).prop_map(|(lines, unended, style)| {
        let mut text = String::new();
        for (line, ending) in &lines {
            text.push_str(line);
            text.push_str(match style {
                0 => "\n",
                1 => "\r\n",
                _ => ending,
            });
        }
        if unended {
            while text.ends_with(['\n', '\r']) {
                text.pop();
            }
        }
        text
    })
}

/// One change to a list of lines: at this place, remove so many, insert these.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<String>)> {
    (
        any::<prop::sample::Index>(),
        0..4_usize,
        vec((line(), ending()).prop_map(|(l, e)| format!("{l}{e}")), 0..4),
    )
}

/// Another version of `base`: a few changes, or a text of its own.
pub fn version_of(base: String) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (vec(change(), 1..8), any::<bool>()).prop_map(move |(changes, unended)| {
            let mut lines: Vec<String> = base.split_inclusive('\n').map(str::to_owned).collect();
            for (index, remove, insert) in changes {
                let at = index.index(lines.len() + 1);
                let end = (at + remove).min(lines.len());
                // What is put behind a line without an end ends that line, as an editor would.
                if let Some(last) = at.checked_sub(1).and_then(|before| lines.get_mut(before))
                    && !last.ends_with('\n') && !insert.is_empty() {
                    last.push('\n');
                }
                lines.splice(at..end, insert);
            }
            let mut text = lines.concat();
            if unended && text.ends_with('\n') {
                text.pop();
            }
            text
        }),
        1 => text(),
    ]
}
