//! The flood gate: what a suspect page shows for the first time waits until it can be believed.

use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::alarms::complaint_of;
use super::reader::candidate;
use super::recognised::{Recognised, counted, links, not_before};
use super::{Look, Moment, Outcome, Pipeline, Plan, Read, Trouble, good};
use crate::dedup::Candidate;
use crate::judge::{self, Release};
use crate::model::{
    Cause, Decided, Decision, HeldItem, History, Hold, Reason, SourceId, Subject, Validators, Verdict, canonical_link,
};
use crate::store::{Applied, Ledger, SavedPage, SourceMemory, StoreError};

/// Days with news are counted among so many items.
const NEWEST: u32 = 50;

/// What stays held after its source is well again is kept so long for the operator.
const UNDECIDED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Items of a source that are held at most; of those that have left the page, the oldest are dropped first.
const HELD: usize = 1000;

impl Pipeline {
    /// Whether the suspect page says the same as the one whose items are held, so that it is believed after all.
    pub(super) async fn confirmed(
        &self,
        plan: &Plan,
        recognised: &Recognised,
        candidates: &[Candidate],
        causes: &[Cause],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(hold) = self.0.store.hold(&plan.source.id).await? else { return Ok(false) };
        let before: Vec<Candidate> = hold.on_page().map(|item| waiting(plan, item)).collect();
        let same = |a: &Candidate, b: &Candidate| self.same(plan, a, b);
        let new: Vec<&Candidate> = recognised.new_places().filter_map(|place| candidates.get(place)).collect();
        let again = judge::Again {
            held: before.iter().filter(|one| candidates.iter().any(|now| same(one, now))).count(),
            new: new.len(),
            unseen: new.iter().filter(|now| !before.iter().any(|one| same(one, now))).count(),
            goes_on: new.iter().all(|one| one.found.date.is_none_or(|date| not_before(date, hold.since, plan)))
                && goes_on(&before, candidates),
        };
        let agrees = judge::agrees(&hold, causes, &again, now, &self.0.judge);
        if agrees && recognised.shape.new > 0 {
            info!("{}: a second run says the same: {} new items are let out", plan.source.id, recognised.shape.new);
        }
        Ok(agrees)
    }

    /// Keeps what a suspect page says of known items, and holds the new ones. The next run looks at the page again, and
    /// holds it against the same history. `page` goes into the archive.
    pub(super) async fn hold(
        &self,
        plan: &Plan,
        look: Look,
        mut memory: SourceMemory,
        causes: Vec<Cause>,
        now: Timestamp,
        page: Option<SavedPage>,
    ) -> Result<Outcome, Trouble> {
        let source = &plan.source.id;
        let before = self.0.store.hold(source).await?;
        let mut ledger = self.0.store.begin().await?;
        let (known, mut decided) = self.decide(&mut ledger, plan, &look.candidates, Moment::Present(now)).await?;
        let verdict = Verdict::Suspect(causes);
        let mut items = hold_back(&mut decided, &look.candidates, verdict.causes());
        // Nothing is lost while the operator is away.
        let gone = before.iter().flat_map(|before| self.not_on(plan, before, &look.candidates));
        items.extend(gone.map(|item| HeldItem { left: true, ..item.clone() }));
        tell_dropped(source, &items.split_off(items.len().min(HELD)));
        let hold = Hold {
            since: before.as_ref().filter(|hold| !hold.causes.is_empty()).map_or(now, |hold| hold.since.min(now)),
            causes: verdict.causes().iter().map(|cause| cause.code().to_owned()).collect(),
            items,
            asked: false,
        };
        let applied = ledger.apply(source, &known, &decided, now, false).await?;
        memory.validators = Validators::default();
        memory.body_hash = None;
        memory.found_hash = None;
        memory.found = counted(look.candidates.iter());
        memory.outcome = verdict.word().to_owned();
        memory.trouble = Some(format!("the page is {verdict}"));
        memory.last_run = Some(now);
        ledger.remember(source, &memory).await?;
        ledger.set_hold(source, &hold).await?;
        if let Some(page) = page {
            ledger.archive(source, &page, &self.0.archive).await?;
        }
        let complaint = complaint_of(source, &verdict, hold.items.len());
        self.note(&mut ledger, &Subject::Source(source.clone()), complaint.as_ref(), now).await?;
        ledger.commit().await?;
        Ok(Outcome::Read(Read {
            verdict,
            found: look.candidates.len(),
            pages: 1,
            held: hold.items.len(),
            applied,
            defects: look.defects,
            stopped: None,
        }))
    }

    /// Lets out what is held of a source, as of the moment it was first seen, and believes its page as it is from now on.
    pub async fn release(&self, plan: &Plan, now: Timestamp) -> Result<Applied, StoreError> {
        let source = &plan.source.id;
        let Some(hold) = self.0.store.hold(source).await? else { return Ok(Applied::default()) };
        let memory = self.remembered(plan, now).await?;
        let candidates: Vec<Candidate> = hold.items.iter().map(|item| waiting(plan, item)).collect();
        let mut ledger = self.0.store.begin().await?;
        let moment = Moment::Archived { seen: hold.since.min(now), now };
        let (known, decided) = self.decide(&mut ledger, plan, &candidates, moment).await?;
        let applied = ledger.apply(source, &known, &decided, now, false).await?;
        ledger.end_hold(source).await?;
        // What is let out is the new yardstick, and shows how the list turns over; without it, the next page is.
        let mut history = memory.history.clone();
        if hold.items.is_empty() {
            history = History::default();
        } else if hold.is_flood() {
            history.add(Recognised::of(&candidates, known, decided, memory.last_run.unwrap_or(now)).shape);
        } else if !hold.causes.is_empty() {
            history.forget_recipe();
        }
        let outcome = "released".to_owned();
        ledger.remember(source, &SourceMemory { history, outcome, trouble: None, failures: 0, ..memory }).await?;
        self.note(&mut ledger, &Subject::Source(source.clone()), None, now).await?;
        ledger.commit().await?;
        info!("{source}: {} held items are let out", applied.new);
        Ok(applied)
    }

    /// Ends what is held of a source whose page is believed and has `known` items that are known; what the ledger has then kept
    /// of the whole run, if that lets anything out.
    ///
    /// If the page still shows half of what was held of the last suspect one, both are of one list: what has left it since is let
    /// out as well; and so is all of it if the page knows nothing and has its like addresses: the list has turned over.
    /// If it is the page that was there before all that, the suspect ones were a mistake. Else nobody can tell, and
    /// what is not on the page stays held for the operator, as all of it does where that is the rule.
    pub(super) async fn settle_hold(
        &self,
        plan: &Plan,
        ledger: &mut Ledger,
        hold: &Hold,
        (page, known): (&[Candidate], usize),
        now: Timestamp,
    ) -> Result<Option<Applied>, StoreError> {
        let source = &plan.source.id;
        let last = hold.on_page().count();
        if last == 0 && !hold.items.is_empty() && now.duration_since(hold.since) < UNDECIDED {
            ledger.set_hold(source, &Hold { causes: Vec::new(), ..hold.clone() }).await?;
            return Ok(None);
        }
        ledger.end_hold(source).await?;
        let (mut rest, mut gone): (Vec<HeldItem>, Vec<HeldItem>) =
            self.not_on(plan, hold, page).cloned().partition(|item| item.left);
        let shown = last - gone.len();
        let one_list = shown > 0 && shown * 2 >= last;
        let back = shown == 0 && known * 2 >= page.len();
        if last == 0 || back {
            tell_dropped(source, &[gone, rest].concat());
            return Ok(None);
        }
        let waiting = |items: &[HeldItem]| items.iter().map(|item| waiting(plan, item)).collect::<Vec<_>>();
        if shown == 0 && known == 0 && goes_on(&waiting(&gone), page) {
            gone.append(&mut rest);
        } else if !one_list {
            rest.append(&mut gone);
        }
        if self.0.judge.release == Release::Operator {
            rest.append(&mut gone);
        }
        let candidates = waiting(&gone);
        let moment = Moment::Archived { seen: hold.since.min(now), now };
        let (known, decided) = self.decide(ledger, plan, &candidates, moment).await?;
        let applied = ledger.apply(source, &known, &decided, now, false).await?;
        if !rest.is_empty() {
            warn!(
                "{source}: {} held items have left the page and stay held; `flode release {source}` lets them out",
                rest.len()
            );
            let rest = rest.into_iter().map(|item| HeldItem { left: true, ..item }).collect();
            // Without a cause: the next suspect page is the first of its kind.
            ledger.set_hold(source, &Hold { items: rest, causes: Vec::new(), ..hold.clone() }).await?;
        }
        Ok(Some(applied))
    }

    /// How many of these items are held of the last suspect page.
    pub(super) async fn held_again(&self, plan: &Plan, page: &[Candidate]) -> Result<u32, StoreError> {
        let Some(hold) = self.0.store.hold(&plan.source.id).await? else { return Ok(0) };
        let before: Vec<Candidate> = hold.on_page().map(|item| waiting(plan, item)).collect();
        Ok(counted(page.iter().filter(|now| before.iter().any(|one| self.same(plan, one, now)))))
    }

    /// Whether two candidates are the same item, as far as can be told before either is kept.
    fn same(&self, plan: &Plan, a: &Candidate, b: &Candidate) -> bool {
        let apart = self.0.dedup.apart(a.found.date, b.found.date, &plan.source.time_zone);
        (a.link.is_some() && a.link == b.link) || (!apart && a.keys().any(|key| b.keys().any(|other| other == key)))
    }

    /// What was held before, and is not on the page any more.
    fn not_on<'h>(
        &'h self,
        plan: &'h Plan,
        before: &'h Hold,
        page: &'h [Candidate],
    ) -> impl Iterator<Item = &'h HeldItem> + 'h {
        before.items.iter().filter(move |item| {
            let item = waiting(plan, item);
            !page.iter().any(|now| self.same(plan, &item, now))
        })
    }

    /// What is remembered after a page was believed.
    pub(super) async fn believed(
        &self,
        source: &SourceId,
        ledger: &mut Ledger,
        memory: SourceMemory,
        now: Timestamp,
    ) -> Result<(SourceMemory, Verdict), StoreError> {
        let mut memory = good(memory, now);
        let newest = ledger.newest_of(source, NEWEST).await?;
        memory.history.rhythm = judge::rhythm(&newest);
        let verdict = judge::remarks(&memory.history, now);
        Ok((memory, verdict))
    }
}

/// What is held, as it would stand on a page.
fn waiting(plan: &Plan, item: &HeldItem) -> Candidate {
    candidate(item.found.clone(), item.categories.clone(), &canonical_link(&plan.source.url))
}

/// Whether a page shows by its addresses that it is of one list with what was held.
fn goes_on(held: &[Candidate], page: &[Candidate]) -> bool {
    judge::continues(&links(held), &links(page)) == Some(true)
}

/// Names items that were held and will not be announced.
fn tell_dropped(source: &SourceId, items: &[HeldItem]) {
    const NAMED: usize = 3;
    if items.is_empty() {
        return;
    }
    let titles: Vec<&str> = items.iter().take(NAMED).map(|item| item.found.title.as_str()).collect();
    let more = if items.len() > NAMED { "; …" } else { "" };
    let titles = titles.join("; ");
    warn!("{source}: {} held items left the page and are not announced: {titles}{more}", items.len());
}

/// Turns what is new into what is held; and, where known items seem written anew, leaves them as they are.
fn hold_back(decided: &mut [Decided], candidates: &[Candidate], causes: &[Cause]) -> Vec<HeldItem> {
    let rewritten = causes.iter().any(|cause| matches!(cause, Cause::Rewritten { .. }));
    let mut waiting = Vec::new();
    for one in decided {
        match &mut one.decision {
            Decision::New { .. } => {
                if let Some(candidate) = candidates.get(one.place) {
                    let (found, categories) = (candidate.found.clone(), candidate.categories.clone());
                    waiting.push(HeldItem { found, categories, left: false });
                }
                one.decision = Decision::Held;
                one.reason = Reason::PageSuspect;
            }
            Decision::Known { .. } if rewritten => {
                one.decision = Decision::Held;
                one.reason = Reason::PageSuspect;
            }
            _ => {}
        }
    }
    waiting
}
