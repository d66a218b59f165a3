//! Any text in a dialect: read in one piece and in slices, asked for everything a view can say, made events.

use rentier::books::{self, Flags};
use rentier::ledger::{self, Dialect, Ledger, Options};
use rentier::source::{Name, Source};

/// Reads `bytes` as a text of this name. A panic, a run that does not end, and slices that come to something
/// else are findings.
pub fn read(name: &str, bytes: &[u8], dialect: Dialect) {
    let source = Source::decode(name, bytes.to_vec());
    let read = read_in(&source, dialect, usize::MAX);
    let sliced = read_in(&source, dialect, 64);
    assert_eq!(read.diagnostics, sliced.diagnostics);
    assert_eq!(balances(&read), balances(&sliced));
    for transaction in read.transactions() {
        let _ = (transaction.date2(), transaction.tags(), transaction.payee(), transaction.note());
        let _ = transaction.place();
        for posting in transaction.postings() {
            let _ = (posting.tags(), posting.total_cost(), posting.place());
        }
    }
    let _ = ledger::lots(&read);
    let flags = Flags { dialect: Some(dialect), ..Flags::default() };
    let _ = books::of_files(vec![source], &flags, &mut |_: &str, _: &Name| Ok(Vec::new()));
}

/// Reads a text in slices of so many bytes.
fn read_in(source: &Source, dialect: Dialect, slice: usize) -> Ledger {
    // A text that includes itself under ever new names is met too, some hundred of them at most. In which
    // order they are asked for is left open, so each name tells by itself how deep it lies.
    let each = source.text.matches("include").count().max(2);
    let deepest = u32::try_from(each).map_or(0, |each| 128u32.ilog(each));
    let mut load = |path: &str, from: &Name| {
        let depth: u32 = from.split('-').next().and_then(|depth| depth.parse().ok()).unwrap_or(0);
        if depth >= deepest {
            return Err("enough".to_owned());
        }
        Ok(vec![Source::new(format!("{}-{path} of {from}", depth + 1), source.text.to_string())])
    };
    let options = Options { dialect: Some(dialect), slice: Some(slice), ..Options::default() };
    ledger::read(source.clone(), &options, &mut load)
}

fn balances(ledger: &Ledger) -> String {
    format!("{:?}", ledger::balance(ledger, |_| true))
}
