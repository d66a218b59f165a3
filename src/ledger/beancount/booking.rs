//! Computes transactions in the order of days: what is left out, which lots leave, whether it balances.
//!
//! In: a draft, its directives in order. Out: its postings with all amounts; the ones whose number
//! changed stand in `replaced`. A transaction that cannot be computed keeps what it states.
//!
//! Most transactions can be computed by themselves (`plain`). The others are shared out so that all that
//! have to do with the same lots are computed one after the other, those of other lots at the same time
//! (`share`).

mod costly;
mod fill;
mod group;
mod plain;
mod reduce;
mod share;

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{Booking, CostSpec, Draft, NONE, PriceSpec, Problem, What};
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::inventory::{Holding, LotCost};
use crate::ledger::beancount::pad::Pads;
use crate::ledger::beancount::tolerance::{Rules, Tolerances};
use crate::ledger::model::{
    AccountId, AmountFrom, CommodityId, Detail, HeldLot, PostingRow, Quantity, Xxh,
};
use crate::money::Decimal;

/// Postings that one thread looks at at a time.
const PART: usize = 65536;

/// Computes every transaction of `draft`. What `pad` has to add comes back.
pub(super) fn book(draft: &mut Draft) -> Pads {
    let rules = Rules::new(&draft.options, &draft.ledger.commodities);
    let known = Known::new(draft);
    let ways = plain::settle(draft, &rules, &known);
    let tasks = share::tasks(draft, &known, &ways);
    let shared = &*draft;
    let booked = tasks.par_iter().map(|task| Book::new(shared, &rules, &known).all(task));
    let booked: Vec<Booked> = booked.collect();
    draft.specs = Vec::new();
    let mut failed = HashSet::new();
    for booked in booked {
        booked.keep(draft, &mut failed);
    }
    pads(draft, &rules, &failed)
}

/// Follows all postings and stated balances for the pads, if there are any. Transactions that have `failed`
/// do not count.
fn pads(draft: &mut Draft, rules: &Rules, failed: &HashSet<u32>) -> Pads {
    let mut pads = Pads::new(draft);
    if draft.pads.is_empty() {
        return pads;
    }
    for at in 0..draft.items.len() {
        let item = draft.items[at];
        match item.what {
            What::Transaction(at) if !failed.contains(&at) => {
                for row in draft.rows(at) {
                    let detail = draft.ledger.details.get((row.detail as usize).wrapping_sub(1));
                    let has_cost = detail.is_some_and(|detail| detail.lot.is_some());
                    pads.posting(row.account, row.commodity, row.number, has_cost);
                }
            }
            What::Pad(pad) => pads.pad(draft, pad, at),
            What::Balance(balance) => pads.balance(draft, balance, rules, item),
            What::Transaction(_)
            | What::Open(_)
            | What::Close(_)
            | What::Note(_)
            | What::Document(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => {}
        }
    }
    pads
}

/// What is known before any transaction is computed.
struct Known {
    /// By account.
    methods: Vec<Booking>,
    /// Whether a commodity is held at cost anywhere, by commodity.
    costly: Vec<bool>,
    /// Whether some posting leaves out a currency, which what is held may tell.
    infers: bool,
}

impl Known {
    fn new(draft: &Draft) -> Known {
        let mut methods = vec![draft.options.booking; draft.ledger.accounts.names().len()];
        for item in &draft.items {
            if let What::Open(open) = item.what
                && let Some(open) = draft.opens.get(open as usize)
                && let Some(booking) = open.booking
            {
                methods[open.account.0 as usize] = booking;
            }
        }
        let parts = draft.ledger.postings.par_chunks(PART);
        let parts: Vec<_> = parts.map(|rows| Known::of_part(draft, rows)).collect();
        let mut costly = vec![false; draft.ledger.commodities.names().len()];
        for commodity in parts.iter().flat_map(|(costly, _)| costly) {
            costly[commodity.0 as usize] = true;
        }
        let infers = parts.iter().any(|(_, infers)| *infers);
        Known { methods, costly, infers }
    }

    /// The commodities that some postings hold at cost, and whether one of them leaves out a currency.
    fn of_part(draft: &Draft, rows: &[PostingRow]) -> (HashSet<CommodityId>, bool) {
        let mut costly = HashSet::new();
        let (mut infers, mut last) = (false, None);
        for row in rows {
            let auto = row.amount == AmountFrom::Elided && row.detail == 0;
            infers |= row.commodity == NONE && !auto;
            let spec = draft.specs.get((row.detail as usize).wrapping_sub(1));
            if spec.is_some_and(|spec| spec.cost.is_some()) && last != Some(row.commodity) {
                last = Some(row.commodity);
                costly.insert(row.commodity);
            }
        }
        (costly, infers)
    }
}

/// How a transaction is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is computed already, and changes nothing that is held at cost.
    Done,
    /// It is computed already; what accounts hold changes.
    Held,
    /// What is held decides, or there are costs, prices or currencies that are left out.
    Costly,
}

/// What is known while transactions are computed one after the other.
struct Book<'d> {
    draft: &'d Draft,
    rules: &'d Rules,
    known: &'d Known,
    holdings: HashMap<(AccountId, CommodityId), Holding, BuildHasherDefault<Xxh>>,
    /// The commodities with a holding, by account.
    held: HashMap<AccountId, Vec<CommodityId>, BuildHasherDefault<Xxh>>,
    /// Of the transaction at hand: sums by currency.
    sums: Few<Decimal>,
    tolerances: Tolerances,
    /// Room for the postings of the transaction at hand, and for what its lots had before.
    legs: Vec<Leg>,
    undo: Undo,
    booked: Booked,
}

/// What computing has come to.
#[derive(Default)]
struct Booked {
    changed: Vec<Changed>,
    /// Transactions that have more or fewer postings than are written.
    replaced: Vec<(u32, Vec<PostingRow>)>,
    /// Costs and prices of these postings.
    details: Vec<Detail>,
    lots: Vec<HeldLot>,
    problems: Vec<Problem>,
    /// Transactions that cannot be computed.
    failed: Vec<u32>,
}

/// A posting that is not as written.
struct Changed {
    /// Its index.
    at: u32,
    commodity: CommodityId,
    number: Decimal,
    detail: u32,
}

impl Booked {
    /// Puts it into `draft`.
    fn keep(mut self, draft: &mut Draft, failed: &mut HashSet<u32>) {
        let first = u32::try_from(draft.ledger.details.len()).unwrap_or(u32::MAX);
        let numbered = |detail: u32| if detail == 0 { 0 } else { first + detail };
        for Changed { at, commodity, number, detail } in self.changed {
            let row = &mut draft.ledger.postings[at as usize];
            (row.commodity, row.number, row.detail) = (commodity, number, numbered(detail));
        }
        for (at, mut rows) in self.replaced {
            for row in &mut rows {
                row.detail = numbered(row.detail);
            }
            draft.replaced.insert(at, rows);
        }
        if draft.ledger.details.is_empty() {
            draft.ledger.details = self.details;
        } else {
            draft.ledger.details.append(&mut self.details);
        }
        draft.ledger.lots.append(&mut self.lots);
        draft.problems.append(&mut self.problems);
        failed.extend(self.failed);
    }
}

/// Units that left a lot, to be put back where a later posting fails.
type Undo = Vec<((AccountId, CommodityId), LotCost, Decimal)>;

/// One posting on its way from what is written to what is meant.
#[derive(Clone, Debug)]
struct Leg {
    /// Among the transaction's postings, from 0.
    index: usize,
    account: AccountId,
    number: Option<Decimal>,
    commodity: CommodityId,
    cost: Basis,
    price: Option<PriceSpec>,
    /// Whether its amount, its cost or its price was computed.
    computed: bool,
    /// Whether its units have left their lot already.
    taken: bool,
}

/// The cost of a posting.
#[derive(Clone, Debug, Default)]
enum Basis {
    #[default]
    None,
    /// As written; units that come.
    Spec(CostSpec),
    /// Known; of one unit, and where it is written so, exactly of all of them.
    Lot(LotCost, Option<Decimal>),
}

impl<'d> Book<'d> {
    fn new(draft: &'d Draft, rules: &'d Rules, known: &'d Known) -> Book<'d> {
        Book {
            draft,
            rules,
            known,
            holdings: HashMap::default(),
            held: HashMap::default(),
            sums: Few::default(),
            tolerances: Tolerances::default(),
            legs: Vec::new(),
            undo: Undo::new(),
            booked: Booked::default(),
        }
    }

    /// Computes these transactions, which come in the order of days.
    fn all(mut self, transactions: &[(u32, Way)]) -> Booked {
        for (at, way) in transactions {
            match way {
                Way::Done => {}
                Way::Held => self.hold_plain(*at),
                Way::Costly => self.complex(*at),
            }
        }
        self.keep_lots();
        self.booked
    }

    /// Takes the rows of a transaction without costs into what accounts hold.
    fn hold_plain(&mut self, at: u32) {
        let draft = self.draft;
        let mut over = false;
        for row in draft.rows(at) {
            if self.known.infers || self.known.costly[row.commodity.0 as usize] {
                let holding = self.holding((row.account, row.commodity));
                over |= holding.add_bare(row.number).is_none();
            }
        }
        if over {
            self.too_large(at);
        }
    }

    /// The holding of one commodity in one account, made if there is none.
    fn holding(&mut self, key: (AccountId, CommodityId)) -> &mut Holding {
        let Book { holdings, held, known, .. } = self;
        holdings.entry(key).or_insert_with(|| {
            held.entry(key.0).or_default().push(key.1);
            Holding::new(known.methods.get(key.0.0 as usize).copied().unwrap_or_default())
        })
    }

    /// What is left of every lot.
    fn keep_lots(&mut self) {
        for ((account, commodity), holding) in &self.holdings {
            self.booked.lots.extend(holding.lots().map(|lot| HeldLot {
                account: *account,
                quantity: Quantity { number: lot.units, commodity: *commodity },
                cost: Quantity { number: lot.cost.number, commodity: lot.cost.currency },
                date: lot.cost.date,
                label: lot.cost.label.clone(),
            }));
        }
    }

    fn unbalanced(&mut self, at: u32, off: &[(CommodityId, Decimal)]) {
        self.booked.problems.push(unbalanced(self.draft, at, off));
    }

    fn too_large(&mut self, at: u32) {
        let place = self.draft.place_of_transaction(at);
        let message = "the amounts have more digits than a number can hold";
        let help = "write smaller or rounder numbers";
        self.tell(at, Diagnostic::error("number", message).at(place).help(help));
    }

    fn tell(&mut self, at: u32, diagnostic: Diagnostic) {
        self.booked.problems.push(problem(self.draft, at, diagnostic));
    }
}

/// What the postings of a transaction lack.
fn unbalanced(draft: &Draft, at: u32, off: &[(CommodityId, Decimal)]) -> Problem {
    let name = |currency: CommodityId| draft.ledger.commodity(currency);
    let shown: Vec<String> = off
        .iter()
        .map(|(currency, sum)| format!("{} {}", sum.normalize(), name(*currency)))
        .collect();
    let message = format!("the postings are off by {}", shown.join(" and "));
    let diagnostic = Diagnostic::error("unbalanced", message)
        .at(draft.place_of_transaction(at))
        .help("correct an amount, or leave one out: it is computed then");
    problem(draft, at, diagnostic)
}

/// A problem of a transaction.
fn problem(draft: &Draft, at: u32, diagnostic: Diagnostic) -> Problem {
    let source = draft.ledger.transactions[at as usize].source;
    Problem::new(source, diagnostic)
}
