//! The reports, from judgement to bytes.

mod books;
mod bridge;
#[path = "../support/golden.rs"]
mod golden;
mod joint;
mod made;
mod sarah;
#[path = "../world/mod.rs"]
mod world;
