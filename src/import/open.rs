//! Opens a file that a profile reads: recognises it, tells whose its rows are, and has them decided.

use std::collections::HashMap;
use std::fmt::Write;

use super::decide::{self, Deciding};
use super::export::{Document, Export};
use super::profile::Words;
use super::recognise::{self, Kinds, Layout};
use super::row::{self, Ambiguous, Holder, Reading, Row, Sheet, Takes, Trouble};
use super::symbol::Aliases;
use super::{Asked, Context, Refused, assumed, say, whose};
use crate::event::Account;
use crate::source::{Name, Source};

/// More accounts than this in one file are none: another column was taken for theirs.
const MOST_ACCOUNTS: usize = 500;

/// Why a file became no export.
pub enum Stopped {
    /// It cannot be read, or not yet.
    Refused(Box<Refused>),
    /// A person has to say whose it is.
    Asked(Vec<Asked>),
}

/// What files are opened with.
pub struct Opener<'p> {
    context: Context<'p>,
    kinds: Kinds,
    aliases: &'p Aliases,
    /// The action words of profiles that were met, by name.
    words: HashMap<Name, Words>,
}

impl<'p> Opener<'p> {
    /// For the files of one run.
    pub fn new(context: &Context<'p>, aliases: &'p Aliases) -> Opener<'p> {
        let (kinds, _) = Kinds::shipped();
        Opener { context: *context, kinds, aliases, words: HashMap::new() }
    }

    /// Recognises a file and reads it.
    pub fn open(&mut self, file: &'p Source) -> Result<Export<'p>, Stopped> {
        let profiles = self.context.profiles;
        let read = recognise::sheet(file, profiles, &self.kinds).map_err(Stopped::Refused)?;
        self.read(read.0, &read.1)
    }

    /// Reads a file that is laid out so, and decides its rows within it.
    pub fn read(&mut self, file: &'p Source, layout: &Layout<'p>) -> Result<Export<'p>, Stopped> {
        let context = &self.context;
        let profile = layout.profile;
        let form = whose::form(&file.name, profile, context);
        let reading = Reading { form, ..Reading::new(self.aliases) };
        let ambiguous = |ambiguous| {
            Stopped::Refused(Box::new(Refused {
                file: file.name.clone(),
                reason: "its dates can be read day first or month first".to_owned(),
                advice: "say it for this account in rentier.toml: dates = \"dd/mm/yyyy\""
                    .to_owned(),
                diagnostic: Some(say::ambiguous(file, &ambiguous)),
            }))
        };
        let words =
            self.words.entry(profile.name.clone()).or_insert_with(|| Words::new(&profile.actions));
        let known = !context.known.is_empty();
        let deciding = Deciding { words, overrides: context.overrides, known };
        let document = |accounts| Document {
            source: file,
            layout: layout.clone(),
            aliases: self.aliases,
            accounts,
        };
        if let Some((holder, account)) = whose::before_reading(&file.name, layout, context) {
            let export = decide_in(&document, vec![account], reading, &[holder], deciding)
                .map_err(ambiguous)?;
            // Of nobody's rows nothing can be told before.
            if export.days.iter().any(Option::is_some) {
                return Ok(export);
            }
        }
        // Rows have to be seen before it is known whose they are.
        let survey: Sheet<Survey> =
            row::read(file, layout, reading, &[], &|_| Survey::new(known)).map_err(ambiguous)?;
        if survey.holders.len() > MOST_ACCOUNTS {
            return Err(Stopped::Refused(Box::new(Refused {
                file: file.name.clone(),
                reason: format!("it names {} accounts", survey.holders.len()),
                advice: "look at its account column".to_owned(),
                diagnostic: None,
            })));
        }
        let accounts =
            whose::of_sheet(&file.name, profile, &survey, context).map_err(Stopped::Asked)?;
        decide_in(&document, accounts, reading, &survey.holders, deciding).map_err(ambiguous)
    }
}

/// Reads a document whose accounts are known; where it does not say what its amounts are in, as the
/// account's settings or its own trades say.
fn decide_in<'p>(
    document: &dyn Fn(Vec<Account>) -> Document<'p>,
    accounts: Vec<Account>,
    reading: Reading,
    holders: &[Holder],
    deciding: Deciding,
) -> Result<Export<'p>, Ambiguous> {
    let mut document = document(accounts);
    let profile = document.layout.profile;
    if !profile.assumes_currency {
        return decide::read(document, reading, holders, deciding);
    }
    let read_in = |currency: Option<&Name>, cash: &[Name], document: Document<'p>| {
        decide::read(document, Reading { currency, cash, ..reading }, holders, deciding)
    };
    let read = |currency: Option<&Name>, document| read_in(currency, &[], document);
    if let Some(stated) = assumed::stated(&document.accounts) {
        return read(Some(&stated), document);
    }
    let evidence = if let Some(evidence) = assumed::by_file(&document) {
        Some(evidence)
    } else if profile.listed.is_empty() {
        let cash = assumed::by_par(&read(None, document.clone())?);
        if let [_, _, ..] = cash[..] {
            let names: Vec<&str> = cash.iter().map(|name| &**name).collect();
            let _ = write!(document.layout.why, "; it has cash in {}", names.join(" and "));
            return read_in(None, &cash, document);
        }
        cash.first().cloned().map(|currency| (currency, "its rows at a rate of one are in"))
    } else {
        let tried = read(Some(&profile.currency), document.clone())?;
        assumed::by_trades(&tried).map(|currency| (currency, "its trades tie in"))
    };
    let Some((currency, told)) = evidence else { return read(None, document) };
    let _ = write!(document.layout.why, "; {told} {currency}");
    read(Some(&currency), document)
}

/// How many rows each holder has, and what they are, before it is known whose they are.
#[derive(Debug)]
pub struct Survey {
    /// By holder.
    pub counts: Vec<usize>,
    /// By holder, hashes of the values that make its rows the same at every download; none where the
    /// books have no rows to compare them with.
    pub contents: Vec<Vec<u64>>,
    compares: bool,
}

impl Survey {
    fn new(compares: bool) -> Survey {
        Survey { counts: Vec::new(), contents: Vec::new(), compares }
    }

    fn add(&mut self, holder: usize, count: usize, contents: &[u64]) {
        if self.counts.len() <= holder {
            self.counts.resize(holder + 1, 0);
            self.contents.resize(holder + 1, Vec::new());
        }
        self.counts[holder] += count;
        self.contents[holder].extend(contents);
    }
}

impl Takes for Survey {
    fn take(&mut self, row: &mut Row, _: &recognise::Section) {
        let is_own = !matches!(row.trouble, Some(Trouble::Aside(_)));
        let content = [row.content];
        let contents = if self.compares && is_own { &content[..] } else { &[] };
        self.add(row.holder, usize::from(is_own), contents);
    }

    fn append(&mut self, below: Survey, holders: &[usize]) {
        for (at, (count, contents)) in below.counts.iter().zip(&below.contents).enumerate() {
            self.add(holders[at], *count, contents);
        }
    }
}

impl Sheet<'_, Survey> {
    /// How many rows a holder has.
    pub fn count(&self, holder: usize) -> usize {
        self.rows.counts.get(holder).copied().unwrap_or_default()
    }

    /// What its rows are.
    pub fn contents(&self, holder: usize) -> &[u64] {
        self.rows.contents.get(holder).map_or(&[], Vec::as_slice)
    }

    /// The holders, in the order they appear.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Holder)> {
        self.holders.iter().enumerate()
    }
}
