//! The law as data: regime files, read and checked. Knows no event.
