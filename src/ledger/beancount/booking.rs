//! Computes transactions in the order of days: what is left out, which lots leave, whether it balances.
//!
//! In: a draft, its directives in order. Out: its postings with all amounts; the ones whose number
//! changed stand in `replaced`. A transaction that cannot be computed keeps what it states.

mod costly;
mod fill;
mod group;
mod reduce;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::{Booking, CostSpec, Draft, NONE, PriceSpec, What};
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::inventory::{Holding, LotCost};
use crate::ledger::beancount::pad::Pads;
use crate::ledger::beancount::tolerance::{self, Rules, Tolerances};
use crate::ledger::model::{
    AccountId, AmountFrom, CommodityId, HeldLot, PostingRow, Quantity, Xxh,
};
use crate::money::Decimal;

/// Computes every transaction of `draft`. What `pad` has to add comes back.
pub(super) fn book(draft: &mut Draft) -> Pads {
    let pads = Pads::new(draft);
    let mut book = Book::new(draft, pads);
    for at in 0..book.draft.items.len() {
        let item = book.draft.items[at];
        match item.what {
            What::Transaction(transaction) => book.transaction(transaction),
            What::Pad(pad) => book.pads.pad(book.draft, pad, at),
            What::Balance(balance) => book.pads.balance(book.draft, balance, &book.rules, item),
            What::Open(_)
            | What::Close(_)
            | What::Note(_)
            | What::Document(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => {}
        }
    }
    book.keep_lots();
    book.pads
}

/// What is known while transactions are computed one after the other.
struct Book<'d> {
    draft: &'d mut Draft,
    rules: Rules,
    /// By account.
    methods: Vec<Booking>,
    holdings: HashMap<(AccountId, CommodityId), Holding, BuildHasherDefault<Xxh>>,
    /// The commodities with a holding, by account.
    held: HashMap<AccountId, Vec<CommodityId>, BuildHasherDefault<Xxh>>,
    /// Whether a commodity is held at cost anywhere, by commodity.
    costly: Vec<bool>,
    /// Whether some posting leaves out a currency, which what is held may tell.
    infers: bool,
    /// Of the transaction at hand: sums by currency, with the fewest decimals of an amount.
    sums: Few<(Decimal, Option<u32>)>,
    tolerances: Tolerances,
    pads: Pads,
    /// Room for the postings of the transaction at hand, and for what its lots had before.
    legs: Vec<Leg>,
    undo: Undo,
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
    fn new(draft: &'d mut Draft, pads: Pads) -> Book<'d> {
        let rules = Rules::new(&draft.options, &draft.ledger.commodities);
        let mut methods = vec![draft.options.booking; draft.ledger.accounts.names().len()];
        for item in &draft.items {
            if let What::Open(open) = item.what
                && let Some(open) = draft.opens.get(open as usize)
                && let Some(booking) = open.booking
            {
                methods[open.account.0 as usize] = booking;
            }
        }
        let mut costly = vec![false; draft.ledger.commodities.names().len()];
        let mut infers = false;
        for row in &draft.ledger.postings {
            let spec = draft.specs.get((row.detail as usize).wrapping_sub(1));
            costly[row.commodity.0 as usize] |= spec.is_some_and(|spec| spec.cost.is_some());
            let auto = row.amount == AmountFrom::Elided && row.detail == 0;
            infers |= row.commodity == NONE && !auto;
        }
        Book {
            draft,
            rules,
            methods,
            holdings: HashMap::default(),
            held: HashMap::default(),
            costly,
            infers,
            sums: Few::default(),
            tolerances: Tolerances::default(),
            pads,
            legs: Vec::new(),
            undo: Undo::new(),
        }
    }

    /// Computes one transaction.
    fn transaction(&mut self, at: u32) {
        let row = self.draft.ledger.transactions[at as usize];
        let range = row.first as usize..(row.first + row.count) as usize;
        let mut elided = None;
        let mut plain = !self.rules.precise;
        self.sums.clear();
        for (index, leg) in self.draft.ledger.postings[range.clone()].iter().enumerate() {
            if leg.detail != 0 {
                plain = false;
                break;
            }
            if leg.amount == AmountFrom::Elided {
                plain &= leg.commodity == NONE && elided.is_none();
                elided = Some(index);
                continue;
            }
            plain &= leg.commodity != NONE;
            let (sum, decimals) = self.sums.entry(leg.commodity, Default::default);
            match arith::add(*sum, leg.number) {
                Some(total) => *sum = total,
                None => plain = false,
            }
            let scale = leg.number.scale();
            if scale > 0 {
                *decimals = Some(decimals.map_or(scale, |known| known.min(scale)));
            }
        }
        if !plain {
            self.complex(at);
            return;
        }
        match elided {
            Some(index) => self.complete(at, index),
            None => self.check_sums(at),
        }
        self.hold_plain(at);
    }

    /// Gives the one posting without an amount what the others lack.
    fn complete(&mut self, at: u32, index: usize) {
        let row = self.draft.ledger.transactions[at as usize];
        let first = row.first as usize;
        let rules = &self.rules;
        let lacking = |(currency, (sum, decimals)): &(CommodityId, (Decimal, Option<u32>))| {
            let number = if sum.is_zero() { Decimal::ZERO } else { -*sum };
            (*currency, tolerance::round(number, rules.of_decimals(*currency, *decimals)))
        };
        let mut sums = self.sums.iter();
        if let (Some(only), None) = (sums.next(), sums.next()) {
            let (commodity, number) = lacking(only);
            let leg = &mut self.draft.ledger.postings[first + index];
            (leg.commodity, leg.number) = (commodity, number);
            return;
        }
        let legs = &self.draft.ledger.postings[first..first + row.count as usize];
        let mut rows = Vec::with_capacity(legs.len() + 1);
        for (at, leg) in legs.iter().enumerate() {
            if at != index {
                rows.push(*leg);
                continue;
            }
            let sums = self.sums.iter().filter(|(_, (sum, _))| !sum.is_zero()).map(lacking);
            rows.extend(sums.map(|(commodity, number)| PostingRow { commodity, number, ..*leg }));
        }
        self.draft.replaced.insert(at, rows);
    }

    /// Reports what the sums of a transaction lack.
    fn check_sums(&mut self, at: u32) {
        let off: Vec<(CommodityId, Decimal)> = self
            .sums
            .iter()
            .filter(|(currency, (sum, decimals))| {
                !sum.is_zero() && sum.abs() > self.rules.of_decimals(*currency, *decimals)
            })
            .map(|(currency, (sum, _))| (*currency, *sum))
            .collect();
        if !off.is_empty() {
            self.unbalanced(at, &off);
        }
    }

    /// Takes the rows of a transaction without costs into what accounts hold.
    fn hold_plain(&mut self, at: u32) {
        let row = self.draft.ledger.transactions[at as usize];
        let range = row.first as usize..(row.first + row.count) as usize;
        let replaced = self.draft.replaced.get(&at);
        let rows = replaced.map_or(&self.draft.ledger.postings[range], Vec::as_slice);
        let mut over = false;
        for row in rows {
            self.pads.posting(row.account, row.commodity, row.number, false);
            if self.infers || self.costly[row.commodity.0 as usize] {
                let holding = holding(
                    &mut self.holdings,
                    &mut self.held,
                    &self.methods,
                    (row.account, row.commodity),
                );
                over |= holding.add_bare(row.number).is_none();
            }
        }
        if over {
            self.too_large(at);
        }
    }

    /// What is left of every lot.
    fn keep_lots(&mut self) {
        let mut lots: Vec<HeldLot> = Vec::new();
        for ((account, commodity), holding) in &self.holdings {
            lots.extend(holding.lots().map(|lot| HeldLot {
                account: *account,
                quantity: Quantity { number: lot.units, commodity: *commodity },
                cost: Quantity { number: lot.cost.number, commodity: lot.cost.currency },
                date: lot.cost.date,
                label: lot.cost.label.clone(),
            }));
        }
        self.draft.ledger.lots = lots;
    }

    fn unbalanced(&mut self, at: u32, off: &[(CommodityId, Decimal)]) {
        let ledger = &self.draft.ledger;
        let shown: Vec<String> = off
            .iter()
            .map(|(currency, sum)| format!("{} {}", sum.normalize(), ledger.commodity(*currency)))
            .collect();
        let shown = shown.join(" and ");
        let place = self.draft.place_of_transaction(at);
        let diagnostic =
            Diagnostic::error("unbalanced", format!("the postings are off by {shown}"))
                .at(place)
                .help("correct an amount, or leave one out: it is computed then");
        self.tell(at, diagnostic);
    }

    fn too_large(&mut self, at: u32) {
        let place = self.draft.place_of_transaction(at);
        let message = "the amounts have more digits than a number can hold";
        let help = "write smaller or rounder numbers";
        self.tell(at, Diagnostic::error("number", message).at(place).help(help));
    }

    fn tell(&mut self, at: u32, diagnostic: Diagnostic) {
        let source = self.draft.ledger.transactions[at as usize].source;
        self.draft.tell(source, diagnostic);
    }
}

/// The holding of one commodity in one account, made if there is none.
fn holding<'h>(
    holdings: &'h mut HashMap<(AccountId, CommodityId), Holding, BuildHasherDefault<Xxh>>,
    held: &mut HashMap<AccountId, Vec<CommodityId>, BuildHasherDefault<Xxh>>,
    methods: &[Booking],
    (account, commodity): (AccountId, CommodityId),
) -> &'h mut Holding {
    holdings.entry((account, commodity)).or_insert_with(|| {
        held.entry(account).or_default().push(commodity);
        Holding::new(methods.get(account.0 as usize).copied().unwrap_or_default())
    })
}
