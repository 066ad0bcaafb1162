//! What comes back from outside: scans, proposals, contracts, journals that are resumed.

use super::{
    cx::{Cx, plural},
    effect::{Effect, ScanTarget},
    model::ScanState,
    navigate,
    scene::act_update,
    view::{Mark, Pane},
};
use crate::domain::event::{Event, Scene, What};

pub(super) fn resumed(cx: &mut Cx<'_>, events: &[Event]) {
    match crate::domain::session::Session::replay(events) {
        Ok(session) => {
            cx.model.session = session;
            cx.model.activity.planned =
                (!cx.model.session.work.steps.is_empty()).then(|| act_update::plan_key(cx.model));
            if cx.model.session.held() + cx.model.session.undecided() > 0 {
                cx.touched();
            }
            let last = events.iter().rev().find_map(|event| match &event.what {
                What::Decided { hunks, .. } => hunks.last().copied(),
                _ => None,
            });
            if let Some(last) = last {
                act_update::resume_at(cx, last);
            }
            cx.model.screen.focus = cx.model.kind().main_pane(cx.model.tabs());
        }
        Err(error) => cx.notice(Mark::Failed, format!("the session cannot be resumed: {error}")),
    }
}

pub(super) fn scanned(
    cx: &mut Cx<'_>,
    target: ScanTarget,
    outcome: Result<std::sync::Arc<crate::domain::map::BackendMap>, String>,
    elapsed_ms: u64,
) {
    match outcome {
        Ok(map) => {
            if target == ScanTarget::Base {
                cx.model.world.scan = ScanState::Done { elapsed_ms };
                let what = What::Scanned {
                    files: map.stats.files,
                    endpoints: map.endpoints.len() as u64,
                    findings: map.findings.len() as u64,
                    elapsed_ms,
                };
                let before = cx.model.shown_map();
                cx.model.world.early = None;
                cx.model.world.map = Some(map);
                super::follow::keep_selection(cx.model, &before);
                cx.record(what);
                // Pages, examples and rules are cut to the stack that was found.
                cx.effect(Effect::LoadHandbook);
                cx.effect(Effect::Survey);
                // Why nothing can be decided here is worth more than that a scan is done.
                let warned = cx.model.options.read_only.is_some()
                    && cx.model.screen.notice.as_ref().is_some_and(|notice| notice.mark == Mark::Warn);
                if !warned {
                    cx.notice(Mark::Done, format!("scanned in {:.1} s", elapsed_ms as f64 / 1000.0));
                }
                match cx.model.session.scene {
                    Scene::Acquire => super::scene::review::load_current(cx),
                    // A session that was resumed in ACT goes on where it was.
                    Scene::Act => act_update::plan_or_propose(cx),
                    Scene::Prepare | Scene::Verify | Scene::Finalize => {}
                }
            }
        }
        Err(reason) => {
            if target == ScanTarget::Base {
                cx.model.world.scan = ScanState::Failed(reason.clone());
            }
            cx.notice(Mark::Failed, format!("the scan failed: {reason}"));
        }
    }
}

pub(super) fn contract_read(cx: &mut Cx<'_>, criteria: Vec<crate::domain::task::Criterion>) {
    let Some(mut task) = cx.model.session.work.task.clone() else {
        cx.refuse("Say what you want to change first; then a contract can be attached.");
        return;
    };
    let count = criteria.len();
    let mut last = task.reading.criteria.iter().map(|criterion| criterion.id.0).max().unwrap_or(0);
    for mut criterion in criteria {
        last += 1;
        criterion.id = crate::domain::ids::CriterionId(last);
        task.reading.criteria.push(criterion);
    }
    if cx.record(What::TaskRead { task: Box::new(task) }) {
        cx.undoable(format!("{} from the contract", plural(count, "criterion")));
        cx.model.screen.focus = Pane::Checklist;
    }
}

type ProposalOutcome = Result<
    (Box<crate::domain::proposal::Proposal>, Vec<crate::domain::event::BaseText>),
    super::msg::ProposalFailure,
>;

pub(super) fn proposed(cx: &mut Cx<'_>, step: Option<usize>, outcome: ProposalOutcome) {
    cx.model.activity.proposing = None;
    match outcome {
        Ok((proposal, bases)) => {
            let before = cx.model.session.work.last_hunk;
            if cx.record(What::Proposed { proposal, bases }) {
                let added = (cx.model.session.work.last_hunk - before) as usize;
                if added == 0 {
                    let text = "nothing differs from what is there";
                    if let Some(step) = step {
                        let key = cx.key(crate::keys::Action::Edit);
                        let hint = format!("{key} writes it by hand.");
                        cx.model.activity.step_errors.insert(step, (text.to_owned(), hint));
                    }
                    cx.notice(Mark::Before, text);
                } else {
                    act_update::arrived(cx, added);
                }
                let decided_again = matches!(cx.model.session.scene, Scene::Verify | Scene::Finalize);
                if decided_again && !cx.model.session.is_committed() && added > 0 {
                    navigate::enter(cx, Scene::Act);
                }
            }
        }
        Err(failure) => {
            if let Some(step) = step {
                cx.model.activity.step_errors.insert(step, (failure.text.clone(), failure.hint.clone()));
                if let Some(instead) = failure.instead {
                    act_update::write_by_hand(cx, step, *instead);
                }
            }
            cx.notice(Mark::Failed, failure.text);
        }
    }
    if cx.model.session.scene == Scene::Act {
        act_update::propose_next(cx);
    }
}
