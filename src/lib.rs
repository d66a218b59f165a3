//! rentier turns brokerage exports and a plain-text ledger into a yearly income statement by tax
//! category, every figure traceable to the line it came from.
//!
//! # The map
//!
//! ```text
//!  broker export ── import ──┐
//!                            ├─> Event ─> Journal ─> classify ──> Income ──┐
//!  plain-text ledger ─ ledger┘                └────> tax ─ Match ─> Income ─> statement ─> Table ─> bytes
//! ```
//!
//! The floors, top to bottom. A room uses only floors below its own, and rooms on one floor are
//! strangers; `tests/architecture.rs` checks it.
//!
//! | floor | what it is |
//! |---|---|
//! | [`cli`] | arguments, files, exit codes: the only room that touches the world |
//! | [`render`] | a table becomes text, CSV, JSON, Markdown, HTML |
//! | [`report`] | what the reader sees, as data, every sum done |
//! | [`classify`], [`tax`] | judgement: what a cash flow is; what a disposal gained |
//! | [`regime`] | the law as data: read, checked, knows no event |
//! | [`books`] | a folder of records, all its sources merged into one journal |
//! | [`ledger`], [`import`] | readers: text in, events out |
//! | [`income`] | the words for judgements |
//! | [`event`] | the words for facts |
//! | [`diagnostic`] | a problem in the user's data, with its place |
//! | [`money`], [`period`], [`source`] | the ground: amounts, days, text |

pub mod books;
pub mod classify;
pub mod cli;
pub mod diagnostic;
pub mod event;
pub mod import;
pub mod income;
pub mod ledger;
pub mod money;
pub mod period;
pub mod regime;
pub mod render;
pub mod report;
pub mod source;
pub mod tax;
