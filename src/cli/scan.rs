//! `proscenium scan`: the map of a backend.

use super::{
    args::{ScanArgs, ScanFormat},
    failure::Failure,
    output,
    subject::{Cache, Place, Subject},
};
use crate::{domain::map::BackendMap, report};
use std::{
    path::{Component, Path},
    process::ExitCode,
    time::Instant,
};

/// Scans and prints.
pub fn run(args: &ScanArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let place = Place::find(&args.path)?;
    let files = place.files()?;
    let cache = if args.no_cache { Cache::Avoid } else { Cache::Use };
    if cache == Cache::Use
        && args.format == ScanFormat::Json
        && args.explain.is_none()
        && let Some(text) = place.kept_json(files.as_ref(), started)
    {
        output::print(&(report::json(text) + "\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let subject = place.load()?;
    let map = subject.scan_files(files.as_ref(), cache)?;
    if let Some(path) = &args.explain {
        output::print(&explain(&subject, &map, path)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match args.format {
        ScanFormat::Text => output::print(&report::map_text(&map, &subject.name(), output::paint()))?,
        ScanFormat::Json => output::print_json(&map)?,
        ScanFormat::Dot => output::print(&report::dot(&map))?,
        ScanFormat::Mermaid => output::print(&report::mermaid(&map))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The path may be given from the scanned root or from where the user stands.
fn explain(subject: &Subject, map: &BackendMap, path: &Path) -> Result<String, Failure> {
    let from_here = std::path::absolute(path)
        .ok()
        .and_then(|path| path.canonicalize().ok().or(Some(path)))
        .and_then(|path| path.strip_prefix(&subject.root).ok().map(Path::to_path_buf));
    [Some(path.to_path_buf()), from_here]
        .into_iter()
        .flatten()
        .find_map(|path| report::explain(map, &with_slashes(&path), output::paint()))
        .or_else(|| report::explain_endpoint(map, path.to_str()?, output::paint()))
        .ok_or_else(|| {
            Failure::user(
                format!("{} is neither a source file nor an endpoint of this backend", path.display()),
                "name a file from the scanned folder on, or an endpoint; `proscenium scan` lists them",
            )
        })
}

/// As the map writes paths: normal parts only, joined by `/`.
fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}
