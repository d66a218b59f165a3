//! What a program cannot say: counted by sort, with the first place of each.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::source::Place;

/// What could not be said so far.
pub(super) struct Unsaid {
    program: &'static str,
    found: IndexMap<&'static str, (usize, Place, &'static str)>,
}

impl Unsaid {
    pub fn new(program: &'static str) -> Unsaid {
        Unsaid { program, found: IndexMap::new() }
    }

    /// Notes one thing of the sort `what`, and what is written instead.
    pub fn note(
        &mut self,
        what: &'static str,
        instead: &'static str,
        place: impl FnOnce() -> Place,
    ) {
        self.found.entry(what).or_insert_with(|| (0, place(), instead)).0 += 1;
    }

    /// One warning for each sort.
    pub fn warnings(self) -> Vec<Diagnostic> {
        let program = self.program;
        let warning = |(what, (count, place, instead)): (&str, (usize, Place, &str))| {
            let times = match count {
                1 => "once".to_owned(),
                count => format!("{count} times, first here"),
            };
            Diagnostic::warning("unsaid", format!("{program} cannot say {what}: {instead}"))
                .at(place)
                .note(times)
        };
        self.found.into_iter().map(warning).collect()
    }
}
