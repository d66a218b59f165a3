//! The reports, from judgement to bytes.

mod joint;
mod made;
mod sarah;
