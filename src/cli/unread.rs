//! What became of a row that is no event of the books: ignored, not understood, not imported yet.

use super::Error;
use super::judged::Read;
use crate::event::Event;
use crate::import::{self, Context, Known, Otherwise};
use crate::money;
use crate::report::explain::{Explainer, Explanation, Node};
use crate::source::Source;

/// Explains the row on `line` of a file that is at hand.
///
/// # Errors
/// The file has no such line.
pub fn row(
    explainer: &Explainer,
    read: &Read,
    source: &Source,
    line: u32,
) -> Result<Explanation, Error> {
    let Some(text) = source.line(line) else {
        let lines = crate::source::lines(&source.text).count();
        return Err(Error::new(format!("`{}` has {lines} lines, not {line}", source.name)));
    };
    let (profiles, _) = read.books.profiles();
    let journal = &read.books.journal;
    let run = |known: &Known, otherwise: Otherwise| {
        let context = Context {
            profiles: &profiles,
            accounts: &journal.accounts,
            securities: &journal.securities,
            known,
            otherwise,
            dates: &read.books.settings.date_forms,
            overrides: &journal.overrides,
            accepted: &[],
        };
        import::run(std::slice::from_ref(source), &context)
    };
    // Whose the rows are may be told only by rows that the books have; what each row would be, only
    // where nothing is known.
    let told = run(&Known::new(&journal.events), Otherwise::Ask);
    let own = told.files.first().and_then(|file| match &*file.accounts {
        [one] => journal.accounts.get(one),
        _ => None,
    });
    let mut run = run(&Known::default(), own.map_or(Otherwise::Profile, Otherwise::Named));
    let quote = Node {
        quote: explainer.quote(&source.name, line),
        ..said("line", &format!("{}:{line}", source.name))
    };
    let quote = Node { quote: or(quote.quote, text), ..quote };
    let Some(report) = run.files.first() else {
        let why =
            run.refused.first().map(|refused| format!("{}: {}", refused.reason, refused.advice));
        let why = why.unwrap_or_else(|| "no event was read on it".to_owned());
        return Ok(explained(&format!("no event: {why}"), vec![quote]));
    };
    let why = said("read", &format!("by profile {}: {}", report.profile, report.why));
    if let Some(ignored) = report.ignored.iter().find(|one| one.line == line) {
        return Ok(explained(&format!("no event, ignored: {}", ignored.reason), vec![why, quote]));
    }
    if let Some(unresolved) = report.unresolved.iter().find(|one| one.line == line) {
        let title = format!("not understood: {}", unresolved.reason);
        return Ok(explained(&title, vec![why, quote]));
    }
    let on_line =
        |event: &Event| event.origin.line == line || event.origin.also().any(|also| also == line);
    let events = run.take_events();
    let Some(event) = events.iter().find(|event| on_line(event)) else {
        let title = "no event: the line is no row of the export, or joins the row of another line";
        return Ok(explained(title, vec![why, quote]));
    };
    if let Some(known) = explainer.event(&event.id) {
        return Ok(known);
    }
    let about = event.security().map(|name| format!(", {name}")).unwrap_or_default();
    let title = format!(
        "not imported yet: {}{about}, {}, {}",
        event.kind.name(),
        event.date,
        event.account
    );
    let mut explanation = explained(&title, vec![why, quote]);
    explanation.amount =
        event.currency.as_ref().map(|currency| money::cash(event.amount, currency));
    explanation.currency = event.currency.clone().unwrap_or_default();
    Ok(explanation)
}

fn said(label: &str, text: &str) -> Node {
    Node { label: label.to_owned(), text: text.to_owned(), ..Node::default() }
}

fn explained(title: &str, nodes: Vec<Node>) -> Explanation {
    Explanation { title: title.to_owned(), nodes, ..Explanation::default() }
}

fn or(quote: Vec<String>, line: &str) -> Vec<String> {
    if quote.is_empty() { vec![line.to_owned()] } else { quote }
}
