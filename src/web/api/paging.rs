//! How does a program page? The agent's call as `--case` takes it, and what the procedure says before anybody is paged.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::routes::{Need, Routes};
use super::super::{Current, House};
use super::body::{Field, Fields, Holds};
use super::once::{self, Done, Work};
use super::pages::reader;
use super::trouble;
use crate::access::Right;
use crate::decision::question::{missing, next};
use crate::decision::{Circumstances, Question};
use crate::desk::answers::{self, Given};
use crate::desk::briefing::{Typed, case_number};
use crate::desk::decided::DecidedCase;
use crate::desk::page_plan::{PagePlan, Prepared, another_ladder, schedule_to_ask};
use crate::desk::reader::Reader;
use crate::desk::words::desk;
use crate::episode::input::Input;
use crate::ports::{Begun, PageSummary};
use crate::schedule::loaded::LoadedSchedule;
use crate::views::decision::DecisionView;
use crate::views::question::{Decided, QuestionView};
use crate::wording::decision::Call;
use crate::wording::record::Facts;
use crate::wording::{page as words, refusals};

const fn text(name: &'static str, about: &'static str, required: bool) -> Field {
    Field { name, about, holds: Holds::Text, required }
}

const fn answer(question: Question, name: &'static str, about: &'static str) -> Field {
    Field { name, about, holds: Holds::Answer(question), required: false }
}

const fn flag(name: &'static str, about: &'static str) -> Field {
    Field { name, about, holds: Holds::Flag, required: false }
}

/// What the procedure asks.
pub(super) const ANSWERS: [Field; 9] = [
    answer(Question::Outage, "outage", "Does it look like an outage?"),
    answer(Question::Partner, "partner", "Which contract: aims, gds, none, or a department of partners.csv."),
    answer(Question::HdCanHelp, "hd_can_help", "Can the Help Desk fix it itself?"),
    answer(Question::Device, "device", "Whose computer is it?"),
    answer(Question::Critical, "critical", "A work stoppage that cannot wait until CPS opens?"),
    answer(
        Question::Judgement,
        "judgement",
        "Does the agent judge it an emergency? Asked of partners other than AIMS.",
    ),
    answer(Question::Ptp, "ptp", "Flagged as a Primary Tech Partner? Asked without a contract."),
    answer(Question::Affected, "affected", "How many people does a Primary Tech Partner's issue affect?"),
    answer(Question::Vip, "vip", "Does a Primary Tech Partner's issue affect a VIP?"),
];

/// What a page is made of.
pub(super) const PAGE: [Field; 15] = {
    let [outage, partner, hd, device, critical, judgement, ptp, affected, vip] = ANSWERS;
    [
        text("case", "The case number, as the ticket system shows it.", true),
        text("customer", "The customer's name; needed when the procedure pages.", false),
        text("phone", "The customer's telephone number; needed when the procedure pages.", false),
        text("summary", "The problem in a few words; needed when the procedure pages.", false),
        outage,
        partner,
        hd,
        device,
        critical,
        judgement,
        ptp,
        affected,
        vip,
        flag("again", "Page another round although the case has an open page; else that is joined."),
        flag("dry_run", "Answer as if, but store and send nothing."),
    ]
};

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let page = Need::Right(Right::Page);
    routes.post("/api/v1/pages", page, open).post("/api/v1/decide", page, decide)
}

async fn open(State(house): State<House>, asker: Asker, request: Request) -> Response {
    let called = |work: &Work| {
        let fields = work.sent.fields(&PAGE).ok()?;
        let case = fields.text("case").unwrap_or_default().to_owned();
        (!fields.flag("dry_run")).then_some(("page", case))
    };
    once::act(house, asker, request, called, opened).await
}

async fn decide(State(house): State<House>, asker: Asker, request: Request) -> Response {
    once::act(
        house,
        asker,
        request,
        |_| None,
        async |work: Work| {
            let mut fields = work.sent.fields(&ANSWERS)?;
            let site = &work.current.site;
            let given = given(&mut fields, &work.current);
            fields.usable()?;
            let (now, words) = (work.house.clock.now(), desk(site));
            let circumstances = site.circumstances(now);
            let next = next(&given.answers, given.asked, &circumstances);
            let view = Decided {
                decision: next.is_none().then(|| {
                    let call = Call::decide(&given.answers, &circumstances);
                    DecisionView::new(&call, &Facts::default(), &words, &[])
                }),
                next: next.map(|question| QuestionView::new(question, &words, &circumstances)),
                missing: needed(&given, &circumstances),
            };
            Done::told(StatusCode::OK, &view)
        },
    )
    .await
}

/// What was answered; what cannot be read is noted.
fn given(fields: &mut Fields, current: &Current) -> Given {
    let read = answers::read(|question| fields.text(question.key()), &current.site.partners);
    match read {
        Ok(given) => given,
        Err(unreadable) => {
            fields.wrong(unreadable.question.key(), unreadable.error.to_string());
            Given::default()
        }
    }
}

/// The fields that the procedure may still need.
fn needed(given: &Given, circumstances: &Circumstances) -> Vec<&'static str> {
    let flags = missing(&given.answers, given.asked, circumstances);
    Question::ALL.into_iter().filter(|question| flags.contains(&question.flag())).map(Question::key).collect()
}

async fn opened(work: Work) -> Result<Done, Problem> {
    let mut fields = work.sent.fields(&PAGE)?;
    let (current, now) = (&work.current, work.house.clock.now());
    let site = &current.site;
    let given = given(&mut fields, current);
    let case = match fields.text("case").map(|text| case_number(text, site)) {
        Some(Ok(case)) => case,
        Some(Err(error)) => {
            fields.wrong("case", told(&error));
            String::new()
        }
        None => String::new(),
    };
    fields.usable()?;
    let reader = reader(current, &work.asker);
    let (dry_run, again) = (fields.flag("dry_run"), fields.flag("again"));
    if let Some(episode) = work.name.filter(|_| work.resumed).map(id)
        && reader.log(&episode).await.is_ok_and(|log| !log.is_empty())
    {
        return shown(&reader, &episode, now, StatusCode::CREATED).await;
    }
    if !dry_run && let Some(page) = reader.open_page(&case).await.map_err(|error| trouble::asked(&error))? {
        return joined(&work, &reader, &page, again).await;
    }
    let circumstances = site.circumstances(now);
    for name in needed(&given, &circumstances) {
        fields.wrong(name, "the procedure needs this answer");
    }
    fields.usable()?;
    let decided = DecidedCase::new(given.answers, circumstances);
    let words = desk(site);
    if !decided.pages() {
        let facts = Facts {
            summary: fields.text("summary"),
            customer: fields.text("customer"),
            phone: fields.text("phone"),
            department: given.department.as_deref(),
            ..Facts::default()
        };
        return Done::told(StatusCode::OK, &decided.view(&case, &facts, &words, site));
    }
    let typed = Typed {
        case: &case,
        customer: fields.text("customer").unwrap_or_default(),
        phone: fields.text("phone").unwrap_or_default(),
        summary: fields.text("summary").unwrap_or_default(),
        department: given.department.as_deref(),
    };
    let briefing = match typed.checked(site) {
        Ok(briefing) => briefing,
        Err(unfit) => {
            for unfit in unfit {
                fields.wrong(unfit.field.name(), told(&unfit.error));
            }
            fields.usable()?;
            return Err(Problem::field("case", "this request cannot be used"));
        }
    };
    let schedule = decided.schedule().map_err(|error| trouble::asked(&error))?;
    let loaded = to_page(&work, schedule, now).await?;
    // The promise runs from when the customer is told, which is after the sheet was read.
    let plan = PagePlan::new(decided, briefing, &loaded, work.house.clock.now(), site);
    let plan = plan.map_err(|error| trouble::asked(&error))?;
    if dry_run {
        return Done::told(StatusCode::OK, &plan.view(work.asker.name(), &words, site));
    }
    begin(&work, &reader, plan.prepared(work.asker.name(), 0, site)).await
}

/// What is wrong, and what to do, in one text.
fn told(error: &crate::desk::error::CommandError) -> String {
    match &error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message.clone(),
    }
}

/// The schedule as it is now. Without it nobody is paged by guessing: leadership is dialled by hand.
async fn to_page(work: &Work, schedule: &str, now: DateTime<Utc>) -> Result<LoadedSchedule, Problem> {
    work.house.sheets.for_page(schedule, now).await.map_err(|error| {
        let by_hand = words::dial_by_hand(&work.current.site.leadership);
        let hint = error.hint.map_or_else(|| by_hand.clone(), |hint| format!("{hint}\n{by_hand}"));
        Problem::unavailable(error.message).hint(Some(hint))
    })
}

/// Begins the page. Its id is made of the request's key, so that whatever comes twice finds it there.
async fn begin(work: &Work, reader: &Reader<'_>, prepared: Prepared) -> Result<Done, Problem> {
    let episode = work.name.map_or_else(|| uuid::Uuid::now_v7().to_string(), id);
    let (case, by_hand) = (prepared.opened.case.clone(), prepared.by_hand(&work.current.site));
    let begun = work.current.engine.open(prepared.opening(episode)).await.map_err(|error| {
        tracing::error!(%error, "a page cannot be opened");
        Problem::unavailable(error.to_string()).hint(Some(by_hand.join("\n")))
    })?;
    match begun {
        Ok(Begun::New(episode)) => shown(reader, &episode, work.house.clock.now(), StatusCode::CREATED).await,
        Ok(Begun::Joined(episode)) => shown(reader, &episode, work.house.clock.now(), StatusCode::OK).await,
        Err(refusal) => {
            let said = refusals::said(&refusal, &case, work.current.site.zone);
            Err(Problem::new(StatusCode::CONFLICT, said))
        }
    }
}

/// The id of a page that a request's name gives.
fn id(name: [u8; 16]) -> String {
    uuid::Builder::from_custom_bytes(name).into_uuid().to_string()
}

/// Joins the open page of a case (contract 5.8), for another round where that is asked.
async fn joined(work: &Work, reader: &Reader<'_>, page: &PageSummary, again: bool) -> Result<Done, Problem> {
    let (site, true_now) = (&work.current.site, work.house.clock.now());
    if again && work.resumed {
        return Err(Problem::new(StatusCode::CONFLICT, "whether this request began another round cannot be told")
            .hint(Some("look at the page; a new key asks for another round".to_owned())));
    }
    if again {
        let state = reader.state(&page.episode).await.map_err(|error| trouble::asked(&error))?;
        let schedule = schedule_to_ask(&state).map_err(|error| trouble::asked(&error))?;
        // A page of training goes on in its own pretended time.
        let now = state.time_at(true_now);
        let loaded = to_page(work, schedule, now).await?;
        let (ladder, basis) = another_ladder(&loaded, now, site);
        let input = Input::Again { ladder, basis, by: work.asker.name().to_owned() };
        let submitted = work.current.engine.submit(&page.episode, input).await;
        let submitted = submitted.map_err(|error| Problem::unavailable(error.to_string()))?;
        submitted
            .map_err(|refusal| Problem::new(StatusCode::CONFLICT, refusals::said(&refusal, &state.case, site.zone)))?;
    }
    shown(reader, &page.episode, true_now, StatusCode::OK).await
}

async fn shown(reader: &Reader<'_>, episode: &str, now: DateTime<Utc>, status: StatusCode) -> Result<Done, Problem> {
    let view = reader.view(episode, now, false).await.map_err(|error| trouble::asked(&error))?;
    Done::told(status, &view)
}
