//! The facts of a repository's files as bytes, and back.
//!
//! Files are written in runs, each in a frame of its own, so that several threads can
//! write and read them.

use super::{
    fingerprint::Fingerprint,
    frame::{self, Kind},
    kept::{Kept, Memory},
};
use rayon::prelude::*;

/// Files in one frame.
const RUN: usize = 64;

/// What is kept, as bytes; none when it cannot be written down.
pub(super) fn encode(build: &Fingerprint, memory: &Memory) -> Option<Vec<u8>> {
    let runs: Vec<Vec<u8>> =
        memory.files().par_chunks(RUN).map(|run| postcard::to_stdvec(run).ok()).collect::<Option<_>>()?;
    let mut out = Vec::with_capacity(runs.iter().map(|run| run.len() + 64).sum());
    for run in runs {
        frame::write(Kind::Facts, build, &run, &mut out);
    }
    Some(out)
}

/// What the bytes hold, without facts that no front end makes; none when they are not
/// whole or of another build.
pub(super) fn decode(build: &Fingerprint, bytes: &[u8]) -> Option<Memory> {
    let runs: Vec<Vec<Kept>> = frame::read(Kind::Facts, build, bytes)?
        .into_par_iter()
        .map(|(sum, run)| {
            if frame::checksum(run) != sum {
                return None;
            }
            let mut kept: Vec<Kept> = postcard::from_bytes(run).ok()?;
            kept.retain(is_sound);
            Some(kept)
        })
        .collect::<Option<_>>()?;
    let files: Vec<Kept> = runs.into_iter().flatten().collect();
    // Two entries of one path would let a damaged one hide the right one.
    files.is_sorted_by(|a, b| a.path < b.path).then(|| Memory::new(files))
}

fn is_sound(kept: &Kept) -> bool {
    kept.seen.facts.as_ref().is_none_or(|facts| facts.path == kept.path && facts.is_sound())
}

#[cfg(test)]
mod tests {
    use super::{
        super::kept::{Seen, content_of},
        *,
    };
    use crate::analysis::{
        frontends,
        source::{Entry, Stamp},
    };
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    const TEXTS: [(&str, &str); 3] = [
        (
            "app/main.py",
            "from fastapi import FastAPI\napp = FastAPI()\n@app.get(f'/x/{1}')\ndef f(a: int = 1): return {'a': a}\n",
        ),
        (
            "app/main.ts",
            "import express from 'express';\nconst app = express();\napp.get('/', (req, res) => res.send(`${req}`));\n",
        ),
        ("src/main.rs", "use axum::Router;\nfn app() -> Router { Router::new().route(\"/\", get(f)) }\n"),
    ];

    fn memory() -> Memory {
        Memory::new(
            TEXTS
                .iter()
                .map(|(path, text)| {
                    let facts = frontends::facts(path, text).unwrap().unwrap();
                    let entry =
                        Entry { path: (*path).to_owned(), size_bytes: 1, stamp: Stamp::Blob([1; 20]) };
                    let seen =
                        Seen { usage: None, facts: Some(facts), skipped: None, bytes: text.len() as u64 };
                    Kept::new(&entry, content_of(text.as_bytes()), seen)
                })
                .collect(),
        )
    }

    #[test]
    fn facts_come_back_as_they_were() {
        let build = Fingerprint::of(&[b"build"]);
        let memory = memory();
        let bytes = encode(&build, &memory).unwrap();
        assert_eq!(decode(&build, &bytes).unwrap().files(), memory.files());
        assert!(decode(&Fingerprint::of(&[b"newer"]), &bytes).is_none());
    }

    #[test]
    fn a_path_twice_is_refused() {
        let build = Fingerprint::of(&[b"build"]);
        let bytes = encode(&build, &memory()).unwrap();
        assert!(decode(&build, &[bytes.as_slice(), &bytes].concat()).is_none());
    }

    proptest! {
        /// Damage behind a right checksum, as an attacker would make it: whatever comes
        /// back is sound, and nothing panics.
        #[test]
        fn damaged_facts_are_refused_or_sound(at in 0_usize..2000, byte in any::<u8>()) {
            let build = Fingerprint::of(&[b"build"]);
            let mut run = postcard::to_stdvec(memory().files()).unwrap();
            let at = at % run.len();
            run[at] = byte;
            let mut bytes = Vec::new();
            frame::write(Kind::Facts, &build, &run, &mut bytes);
            if let Some(memory) = decode(&build, &bytes) {
                for kept in memory.files() {
                    if let Some(facts) = &kept.seen.facts {
                        prop_assert!(facts.is_sound());
                        let _read = facts.dump();
                    }
                }
            }
        }

        #[test]
        fn rubbish_is_refused(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
            let build = Fingerprint::of(&[b"build"]);
            prop_assert!(decode(&build, &bytes).is_none());
            let mut framed = Vec::new();
            frame::write(Kind::Facts, &build, &bytes, &mut framed);
            if let Some(memory) = decode(&build, &framed) {
                prop_assert!(memory.files().len() <= bytes.len());
            }
        }
    }
}
