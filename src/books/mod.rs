//! A folder of records: settings, includes, all sources merged into one journal.
