//! The texts of one run: the root, and what it includes, level by level as Beancount takes them.

use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::ledger::Load;
use crate::ledger::beancount::draft::{Draft, Problem};
use crate::ledger::beancount::parse::{self, Include};
use crate::ledger::model::{Dialect, Options};
use crate::source::{Name, Place, Source};

/// Texts in all; more are taken for a mistake.
const TEXTS: usize = 100_000;

/// Parses `root` and its includes.
pub(super) fn read(root: Source, why: String, options: Options, load: Load<'_>) -> Draft {
    let mut draft = Draft::default();
    draft.ledger.commodities.number("");
    let mut seen: HashSet<Name> = HashSet::from([root.name.clone()]);
    let mut asked: HashSet<(u32, String)> = HashSet::new();
    let mut queue = VecDeque::new();
    open(&mut draft, root, why, options, &mut queue);
    while let Some((from, include)) = queue.pop_front() {
        let line = include.place.line;
        let tell = |draft: &mut Draft, diagnostic| {
            draft.problems.push(Problem { source: from, line, diagnostic });
        };
        let Include { path, place } = include;
        if !asked.insert((from, path.clone())) {
            tell(&mut draft, twice(&path, place));
            continue;
        }
        let Some(name) = draft.ledger.sources.get(from as usize).map(|text| text.name.clone())
        else {
            continue;
        };
        let found = match load(&path, &name) {
            Ok(found) => found,
            Err(reason) => {
                tell(&mut draft, Diagnostic::error("include", reason).at(place));
                continue;
            }
        };
        if found.is_empty() {
            tell(
                &mut draft,
                Diagnostic::error("include", format!("no file is called `{path}`"))
                    .at(place.clone())
                    .help(format!("paths are looked for from the folder of `{name}`")),
            );
        }
        for text in found {
            if !seen.insert(text.name.clone()) {
                tell(&mut draft, twice(&text.name, place.clone()));
            } else if draft.ledger.sources.len() >= TEXTS {
                let message = format!("more than {TEXTS} files are included");
                tell(&mut draft, Diagnostic::error("include", message).at(place));
                return draft;
            } else {
                let why = format!("included by `{name}`");
                open(&mut draft, text, why, options, &mut queue);
            }
        }
    }
    draft
}

fn open(
    draft: &mut Draft,
    text: Source,
    why: String,
    options: Options,
    queue: &mut VecDeque<(u32, Include)>,
) {
    let source = u32::try_from(draft.ledger.sources.len()).unwrap_or(u32::MAX);
    let place = Place::file(&text.name);
    let too_long = u32::try_from(text.text.len()).is_err();
    draft.ledger.sources.push(Arc::new(text));
    draft.ledger.dialects.push((Dialect::Beancount, why));
    if too_long {
        let diagnostic = Diagnostic::error("text-too-long", "a text may have at most 4 GiB")
            .at(place)
            .help("split it into one text for each year");
        draft.problems.push(Problem { source, line: 0, diagnostic });
        return;
    }
    let includes = parse::parse(draft, source, options);
    queue.extend(includes.into_iter().map(|include| (source, include)));
}

fn twice(what: &str, place: Place) -> Diagnostic {
    Diagnostic::error("include", format!("`{what}` is included a second time"))
        .at(place)
        .note("it is read once")
        .help("remove this line, or narrow the pattern that also matches it")
}
