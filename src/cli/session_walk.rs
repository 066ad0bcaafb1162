//! `proscenium sessions export --walkthrough`: a finished session as Markdown and as a
//! lesson that others step through.

use super::{failure::Failure, output, sessions};
use crate::{
    domain::{report::Report, safe, session::Session, walkthrough::Walkthrough},
    runtime::{
        Dirs,
        host::{WALKTHROUGH_LESSON, WALKTHROUGH_TEXT, write_walkthrough},
        walk,
    },
};
use std::path::Path;

/// A session and the lesson that it is so far.
pub(super) fn lesson(dirs: &Dirs, id: &str) -> Result<(Session, Walkthrough), Failure> {
    let (session, report) = sessions::document(dirs, id)?;
    let lesson = walk::walkthrough(&report, &walk::held(&session)).map_err(Failure::bug)?;
    Ok((session, lesson))
}

/// Writes both files into a folder, which is made when it is missing. Files that stand
/// there already are somebody's and are left alone.
pub(super) fn export(session: &Session, report: &Report, to: Option<&Path>) -> Result<(), Failure> {
    let id = &session.identity.session;
    if session.closing.exit.is_none() && !session.is_committed() {
        return Err(Failure::user(
            format!("session {id} is not finished: it stands in {}", session.scene.name()),
            format!("finish it first: `proscenium {} --resume {id}`", session.identity.root),
        ));
    }
    let folder = to.map_or_else(|| format!("walkthrough-{id}").into(), Path::to_path_buf);
    if folder.join(WALKTHROUGH_TEXT).exists() || folder.join(WALKTHROUGH_LESSON).exists() {
        return Err(Failure::user(
            format!("{} holds a walkthrough already", folder.display()),
            "name another folder with --to",
        ));
    }
    let failed = |error: std::io::Error| {
        Failure::user(format!("{}: {error}", folder.display()), "name a folder that you can write with --to")
    };
    let lesson = walk::walkthrough(report, &walk::held(session)).map_err(Failure::bug)?;
    let (text, lesson) = write_walkthrough(&folder, &lesson).map_err(failed)?;
    for path in [text, lesson] {
        output::print(&format!("{}\n", safe::clean(&path.display().to_string())))?;
    }
    Ok(())
}
