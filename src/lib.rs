//! Pages the technician on call after hours and keeps the one-hour promise as a clock.
//!
//! # The map
//!
//! ```text
//!  source --Grid--> schedule --OnCall--> decision --Ladder--> episode --Action--> delivery
//!  (CSV, Google)                 ^                            |    ^                 |
//!                         agent's answers               events|    |Input: reply,    | outcome
//!                                                             v    | key, receipt    |
//!                                                           store  +---- engine -----+
//! ```
//!
//! | room | answers |
//! |---|---|
//! | [`civil`] | which instant does a civil time mean, and when is a desk open? |
//! | [`schedule`] | who is on call, by which row, and what is wrong in the sheet? |
//! | [`decision`] | what does the procedure say, what must be asked next, whom does a page reach for? |
//! | [`episode`] | what happened to a page, and what is due next? |
//! | [`proof`] | would a page reach somebody tonight, and who must hear what beforehand? |
//! | [`access`] | who may do what over HTTP, and which secret proves it? |
//! | [`wording`] | which sentence does a person read? |
//! | [`views`] | in which JSON is an answer handed out? |
//! | [`site`] | what do the settings say? |
//! | [`ports`] | what does the engine need from the world? |
//! | [`source`], [`delivery`], [`store`] | adapters: bytes to grids, messages to providers, events to disk |
//! | [`engine`] | what drives open pages forward, hears texts, keys and buttons, and watches over its own work? |
//! | [`desk`] | what do both faces do with a site and the page log? |
//! | [`cli`] | one file a verb |
//! | [`web`] | the house over HTTP: the board, providers' callbacks, and whether it is well |
//! | [`wire`] | settings to adapters to engine; the only place that knows all |
//!
//! The rooms above `ports` are pure: no clock, no files, no network, no executor. `now` is an argument.
//! Decisions and the options that lost stand in `src/DESIGN.md`.
//!
//! # Invariants
//!
//! 1. A page is on disk before anything is sent for it, and every attempt before its provider is called. An attempt
//!    without an outcome counts as not reached: duplicate before silence.
//! 2. Nothing is queued. What is due is derived from the log each turn, so an acknowledgement needs to cancel nothing.
//! 3. `(episode, seq)` is unique: of two processes that append, one wins and the other reads again.
//! 4. No provider's word is an acknowledgement. Only a person's is.
//! 5. One resolver answers everything: [`schedule::Schedule::on_call`].
//! 6. Every interval is half-open; every civil time becomes an instant in [`civil::resolve`] and nowhere else.
//! 7. Customer data lies beside the log, never in it, and never in a log line or a `Debug`.
//! 8. A name that is not known is never guessed; a cell that could mean two things is a problem, never a person.
//!
//! # Walk-through: an agent pages at 01:30 on 1 November
//!
//! `wire` reads the settings, the contacts and the holidays. The clock is read once: 06:30 UTC, which is the first of
//! the two 01:30 of that night. [`civil::OpeningHours`] says that CPS is closed until Monday 07:00. The agent answers
//! what [`decision::question::next`] asks; row D5a of [`decision::table`] decides: page AIMS. `source` reads the sheet
//! into a grid, [`schedule::layout`] into shifts, and [`schedule::Schedule::on_call`] finds the row that holds at 06:30
//! UTC, whichever of its ends is written as 01:30. [`decision::ladder`] turns the people into rungs. The agent reads who
//! will be called and what to say: "within one hour, by 1:30am CST", because the hour is elapsed time. After `y`,
//! [`episode::decide()`] opens the page, and the store writes its first events and the briefing in one transaction. The
//! engine takes its turn: [`episode::plan()`] names one attempt; `AttemptStarted` goes to disk; the provider is called;
//! the outcome goes to disk; and so on until nothing is due.
//!
//! # Walk-through: the machine loses power while a text is being sent
//!
//! The log ends with an attempt without an outcome. The lock beside the database went with the process, so the next
//! engine becomes the sole one at once and knows that nobody is still sending: it records the attempt as `unknown`.
//! [`episode::plan()`] answers an unknown outcome with the same message once more, marked as a second notice.
//!
//! # Walk-through: the technician replies while the next rung is being called
//!
//! The reply becomes `Input::Acknowledge`, decided on the state that was read. The engine's next attempt was planned on
//! the same state. Both try to append at the same place; one wins. If it is the reply, the attempt is planned anew and
//! is no longer due. If it is the attempt, the reply is decided anew, and the second person gets a stand-down message.
//!
//! # Walk-through: a call wakes somebody, and a key takes the page
//!
//! The ladder's next step is a call. `AttemptStarted` goes to disk; [`wording::messages::voice`] writes what is said, and
//! `delivery::twilio_call` sends it inside the request that makes the call, so that the phone speaks even if this house
//! is gone by then. The technician presses 1. The provider posts the key to the public address: [`web`] takes the request,
//! [`ports::hooks`] proves its signature and reads it, and the engine's `answer_call` makes `Input::Acknowledge` of it,
//! decided on the log as any other word. Once that is on disk the call reads the case back. No key: the same call ends in
//! the voicemail text, its outcome is `voicemail`, and the ladder goes on. Without a public address no key is offered.
//!
//! # Walk-through: an agent signs in at the beginning of the night
//!
//! The agent opens `/page`. [`web`]'s guard finds no cookie, token or header and leads to `/sign-in?return_to=/page`.
//! `/sign-in/start` makes state, nonce and verifier of randomness, keeps them in the store, puts the state into a cookie and
//! leads to the provider that [`ports::single_sign_on`] stands for. The provider leads back with a code; state and cookie
//! agree, and the store gives that sign-in once. `wire`'s adapter trades the code for an ID token and checks it.
//! [`site::access::AccessSettings::role`] makes a role of the groups. A session begins: 256 random bits in the cookie,
//! their fingerprint in the store. [`access::way_back`] lets the browser go to `/page` and to no other house. The audit log
//! has a line. Had the provider been down, the same page would have taken the password of a local account.
//!
//! # Walk-through: a callback comes late and twice
//!
//! A receipt for a text arrives after the engine asked for it, and once more after that. Each is proved, becomes the same
//! `Input::Receipt`, and [`episode::decide()`] gives no event where the log already says as much or more. A reply that was
//! fetched before is known by the provider's name for it, in the same transaction that used it. A callback that is lost is
//! made up for by asking: [`engine`] polls with and without a public address.

pub mod access;
pub mod civil;
pub mod cli;
pub mod decision;
pub mod delivery;
pub mod desk;
pub mod engine;
pub mod episode;
pub mod ports;
pub mod proof;
pub mod schedule;
pub mod site;
pub mod source;
pub mod store;
pub mod views;
pub mod web;
pub mod wire;
pub mod wording;
