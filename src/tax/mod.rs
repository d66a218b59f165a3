//! What a disposal gained, what a holding test says, what accrues.
