//! Every action of the program, by name.
//!
//! A key, a click, the palette, the help and a linear command word all end here; what
//! an action does depends on the scene, what it means does not.

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $group:ident, $label:literal, $does:literal, $same:literal;)*) => {
        /// One action.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Action {
            /// Every action, in the order of help.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, as in `keymap.toml`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The column of help it stands in.
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)* }
            }

            /// A verb with an object, at most three words where a footer shows it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// What it does, in the present tense.
            pub fn does(self) -> &'static str {
                match self { $(Self::$variant => $does,)* }
            }

            /// The same in git or on the command line; empty where there is none.
            pub fn same(self) -> &'static str {
                match self { $(Self::$variant => $same,)* }
            }
        }
    };
}

/// The columns of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    Decide,
    Look,
    Move,
    Everywhere,
    /// Only in the palette.
    More,
}

impl Group {
    /// The head of the column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Decide => "DECIDE",
            Self::Look => "LOOK",
            Self::Move => "MOVE",
            Self::Everywhere => "EVERYWHERE",
            Self::More => "BY NAME",
        }
    }
}

actions! {
    Accept = "accept", Decide, "accept", "takes the marked thing: a hunk, a criterion, an answer", "git add -p, then y";
    AcceptAll = "accept-all", Decide, "accept all here", "takes all that is left here", "git add -p, then a";
    TurnDown = "turn-down", Decide, "turn down", "turns the marked thing down and asks why", "git add -p, then n";
    TurnDownAll = "turn-down-all", Decide, "turn down all", "turns down all that is left here", "git add -p, then d";
    Choose = "choose", Decide, "choose", "chooses or unchooses the marked thing", "";
    Edit = "edit", Decide, "edit", "opens the text of the marked thing", "git add -p, then e";
    Split = "split", Decide, "split", "cuts the hunk at a line", "git add -p, then s";
    Propose = "propose", Decide, "propose", "asks for a proposal for this step or failure", "";
    Tick = "tick", Decide, "tick", "ticks the marked item by hand, with a note", "";
    Undo = "undo", Decide, "undo", "takes back the last decision", "git reset -p";
    Redo = "redo", Decide, "redo", "brings back what undo took", "";
    Continue = "continue", Decide, "continue", "goes on to the next scene when its gate is open", "";
    Partial = "partial", Decide, "finish as partial", "finishes with what is open named in report and commit", "";
    Why = "why", Look, "why", "shows the reason: the card, the evidence, the page", "";
    OtherView = "other-view", Look, "other view", "shows the same thing the other way", "";
    Zoom = "zoom", Look, "zoom", "gives the pane the whole body", "";
    Find = "find", Look, "find", "finds text in the pane", "git grep";
    OpenEditor = "open-editor", Look, "open", "opens the place in your editor", "$EDITOR +LINE FILE";
    Copy = "copy", Look, "copy", "takes a copy of the marked thing, or the report", "";
    RunAgain = "run", Look, "run", "runs what is shown again", "";
    RunAll = "run-all", Look, "run all", "runs everything again", "";
    Down = "down", Move, "next row", "moves to the next row", "";
    Up = "up", Move, "previous row", "moves to the previous row", "";
    Fold = "fold", Move, "fold", "folds the marked thing", "";
    Unfold = "unfold", Move, "unfold", "unfolds the marked thing", "";
    Start = "start", Move, "start", "moves to the first row", "";
    End = "end", Move, "end", "moves to the last row; follows output", "";
    HalfDown = "half-down", Move, "half a page down", "moves half a page down", "";
    HalfUp = "half-up", Move, "half a page up", "moves half a page up", "";
    NextNeed = "next-need", Move, "next", "moves to the next thing that needs you", "";
    PreviousNeed = "previous-need", Move, "previous", "moves to the previous thing that needs you", "";
    NextSection = "next-section", Move, "next section", "moves to the next section", "";
    PreviousSection = "previous-section", Move, "previous section", "moves to the previous section", "";
    Open = "open", Everywhere, "open", "opens the marked thing", "";
    NextPane = "next-pane", Everywhere, "next pane", "moves to the next pane", "";
    PreviousPane = "previous-pane", Everywhere, "previous pane", "moves to the previous pane", "";
    Scene1 = "scene-1", Everywhere, "PREPARE", "looks at PREPARE", "";
    Scene2 = "scene-2", Everywhere, "ACQUIRE", "looks at ACQUIRE", "";
    Scene3 = "scene-3", Everywhere, "ACT", "looks at ACT", "";
    Scene4 = "scene-4", Everywhere, "VERIFY", "looks at VERIFY", "";
    Scene5 = "scene-5", Everywhere, "FINALIZE", "looks at FINALIZE", "";
    Palette = "palette", Everywhere, "every action", "lists every action by name", "";
    HandOver = "hand-over", Everywhere, "hand over", "driver and navigator change places; names them first", "";
    Help = "help", Everywhere, "help", "explains the keys of this place", "man proscenium";
    Escape = "escape", Everywhere, "close", "closes or leaves exactly one thing", "";
    Interrupt = "interrupt", Everywhere, "stop", "stops what runs; again within two seconds quits", "kill -TERM";
    Quit = "quit", Everywhere, "quit", "quits; the session is kept", "";
    Suspend = "suspend", Everywhere, "suspend", "gives the terminal back to the shell", "";
    Redraw = "redraw", Everywhere, "redraw", "draws the screen anew", "";
    Done = "done", Everywhere, "done", "ends a text and takes it", "";
    External = "external", Everywhere, "use $EDITOR", "hands the text to your editor", "$EDITOR";
    StackSet = "stack-set", More, "stack set: write a stack folder", "proposes stack.yaml, tech-stack.md, snippets.md and a template", "proscenium stack set";
    ReviewAll = "review-all", More, "review the whole repository", "starts a review of everything", "proscenium review";
    Journal = "journal", More, "journal of this session", "lists what happened, with kind, scope and evidence", "proscenium sessions show";
    Sessions = "sessions", More, "resume an older session", "lists earlier sessions of this repository", "proscenium sessions list";
    ApplyNow = "apply-now", More, "write the held hunks to my files now", "merges the approved hunks into your files without a commit", "proscenium propose --apply";
    UndoCommit = "undo-commit", More, "take back the commit", "moves the branch back, before you push", "git reset --soft HEAD~1";
    InPlace = "in-place", More, "verify in place or in a clean copy", "switches where commands run", "";
    Report = "report", More, "show the report", "goes to FINALIZE and its report", "proscenium sessions export";
    NewTask = "new-task", More, "start another change", "begins a new session on this repository", "";
    Rescan = "rescan", More, "scan again", "reads the repository again", "proscenium scan";
    Seen = "seen", More, "take what I changed in my files", "turns your own edits on disk into hunks", "git diff";
    AddCriterion = "add-criterion", More, "add a criterion", "writes one more thing that must be true", "";
    Contract = "contract", More, "attach a contract file", "turns operations and constraints of a file into criteria", "";
    NextEndpoint = "next-endpoint", More, "next endpoint", "shows the flow of the next endpoint", "";
    OrmPage = "orm-page", More, "ORM reference", "opens the ORM reference", "";
    Agents = "agents", More, "agents and commands that can propose", "lists what is configured and says how", "proscenium doctor";
    DeleteSession = "delete-session", More, "delete an older session", "deletes a session of the list, after a choice", "proscenium sessions delete";
    Pair = "pair", More, "name driver and navigator", "asks who drives and who navigates", "proscenium --driver NAME --navigator NAME";
    TwoApprovals = "two-approvals", More, "two people for migrations and authentication", "holds back such hunks until both approved them", "proscenium --two-approvals";
    Present = "present", More, "present: say why beside everything", "shows the why of the marked thing and explains each key", "proscenium --present";
}

impl Action {
    /// The action of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}
