//! What the reader sees, as data, every sum done.
//!
//! In: a journal judged under a regime. Out: statements and lists, each of which makes a `Table`.
//! Knows no screen and no file format.

pub mod balance;
pub mod events;
pub mod explain;
pub mod gains;
pub mod held;
pub mod income;
pub mod judge;
pub mod keep;
pub mod names;
pub mod patterns;
pub mod periods;
pub mod prices;
pub mod register;
pub mod stats;
pub mod sums;
pub mod table;
mod tree;
mod units;
pub mod words;

pub use judge::{Filing, judge, judge_for, judge_in};
