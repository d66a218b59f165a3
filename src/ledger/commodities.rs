//! What is known of commodities while journals are read: numbers, decimal marks, decimals, the
//! default.
//!
//! In: symbols and the amounts they stand with. Out: the number of a commodity, which mark is its
//! decimal mark, and how many decimals a transaction in it must balance to.

use std::collections::HashMap;

use crate::ledger::expression::Value;
use crate::ledger::model::{CommodityId, Dialect, Quantity, Table};
use crate::money::Decimal;

/// The commodities of one run.
#[derive(Clone, Debug)]
pub struct Commodities {
    /// As what the present text is read.
    pub dialect: Dialect,
    /// By number; 0 is the empty name.
    pub table: Table,
    /// What is known of each, by its number.
    pub known: Vec<Known>,
    /// Other symbols of a commodity: `commodity $`, `alias US$`.
    pub aliases: HashMap<Box<str>, CommodityId>,
    /// What `define` names, for expressions.
    pub constants: HashMap<Box<str>, Value>,
    /// `decimal-mark`, of the present text.
    pub decimal_mark: Option<u8>,
    /// `D`: what a number without a symbol is of, in hledger.
    pub default: Option<CommodityId>,
    /// What is doubtful about numbers read since this was last emptied, with address and length.
    pub doubts: Vec<(Doubt, CommodityId, usize, usize)>,
    /// Decimal marks that amounts of the present text showed, of any commodity.
    pub marks_seen: (bool, bool),
    /// The decimal mark of `D`, in hledger of all commodities that declare none.
    pub default_mark: Option<u8>,
    /// Costs do not change how a commodity is shown.
    pub in_cost: bool,
    /// A sample amount is read, whose groups may be of any size.
    pub in_sample: bool,
    /// `C 1 kb = 1024 b`: how many of which commodity one of another is, in Ledger.
    units: HashMap<CommodityId, Quantity>,
    /// Kept by a reader that reads a slice of a text without those above it.
    pub trust: Option<Trust>,
    /// The numbers of symbols of a few letters, where [`place`] says; the letters are 0 where none is.
    short: Vec<(u64, CommodityId)>,
}

/// How many short symbols are kept at hand.
const SHORT: usize = 256;

/// Where a short symbol stands among those at hand.
fn place(letters: u64) -> usize {
    (letters.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % SHORT
}

/// What a slice of a text took for granted, and what its amounts showed.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The decimal marks that amounts above had shown where a number of the slice needed one.
    pub marks: Vec<(CommodityId, Option<u8>)>,
    /// Accounts that were not known above.
    pub no_accounts: Vec<String>,
    /// Amounts with more decimals than any before.
    raised: Vec<(CommodityId, u32)>,
    /// The decimal marks that its amounts showed, the last of each commodity.
    shown: Vec<(CommodityId, u8)>,
    /// As `Commodities::marks_seen`.
    marks_seen: (bool, bool),
}

/// What is doubtful about a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// This was guessed to be its decimal mark.
    Mark(u8),
    /// Its last digits were left out.
    Digits,
}

/// What is known of one commodity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The decimal mark that `commodity` or `D` declares.
    pub declared_mark: Option<u8>,
    /// The decimal mark that an amount showed.
    pub seen_mark: Option<u8>,
    /// The decimals that `commodity` or `D` declares.
    pub declared_decimals: Option<u32>,
    /// Whether those hold whatever amounts show: `format`, in Ledger.
    pub fixed_decimals: bool,
    /// The most decimals of an amount, costs apart. `None`: there was none.
    pub seen_decimals: Option<u32>,
    /// Whether `seen_mark` was shown in this slice of the text.
    shown_here: bool,
}

impl Commodities {
    /// None known but the empty one.
    pub fn new(dialect: Dialect) -> Commodities {
        let mut table = Table::default();
        table.number("");
        Commodities {
            dialect,
            table,
            known: vec![Known::default()],
            aliases: HashMap::new(),
            constants: HashMap::new(),
            decimal_mark: None,
            default: None,
            doubts: Vec::new(),
            marks_seen: (false, false),
            default_mark: None,
            in_cost: false,
            in_sample: false,
            units: HashMap::new(),
            trust: None,
            short: Vec::new(),
        }
    }

    /// The commodity of an amount whose symbol is these `letters`, one in each byte, and whose number
    /// has a point before so many decimals, if it is plain that the point is the decimal mark. That it
    /// was shown becomes known.
    pub fn usual(
        &mut self,
        letters: u64,
        symbol: &str,
        decimals: Option<u32>,
    ) -> Option<CommodityId> {
        let id = match self.short.get(place(letters)) {
            Some((known, id)) if *known == letters => *id,
            _ => {
                let id = self.number_of(symbol);
                self.short.resize(SHORT, (0, CommodityId(0)));
                self.short[place(letters)] = (letters, id);
                id
            }
        };
        let id = self.or_default(id);
        if let Some(decimals) = decimals {
            match self.marks(id).0 {
                None if decimals != 3 => self.shown(id, b'.'),
                Some(b'.') => {}
                _ => return None,
            }
        }
        Some(id)
    }

    /// How many of which smaller unit one of this commodity is: by `C`, and in Ledger hours and minutes
    /// are seconds. `None`: it is the smallest, or there are too many digits.
    pub fn unit(&self, of: CommodityId) -> Option<(Decimal, CommodityId)> {
        /// Units of units; more are taken for a circle.
        const DEPTH: usize = 16;
        let (mut factor, mut id) = (Decimal::ONE, of);
        for _ in 0..DEPTH {
            let Some(smaller) = self.units.get(&id) else { break };
            factor = factor.checked_mul(smaller.number)?;
            id = smaller.commodity;
        }
        if id == of { None } else { Some((factor, id)) }
    }

    /// One of `large` is this many of another from here on.
    pub fn convert(&mut self, large: CommodityId, small: Quantity) {
        self.units.insert(large, small);
    }

    /// Whether no commodity is a unit of another.
    pub fn has_no_units(&self) -> bool {
        self.units.is_empty()
    }

    /// The number of the commodity with this symbol.
    pub fn number_of(&mut self, symbol: &str) -> CommodityId {
        if !self.aliases.is_empty()
            && let Some(id) = self.aliases.get(symbol)
        {
            return *id;
        }
        CommodityId(self.add(symbol))
    }

    /// The number of the commodity with this name, aliases apart.
    pub fn add(&mut self, name: &str) -> u32 {
        let number = self.table.number(name);
        if self.known.len() < self.table.names().len() {
            self.known.resize(self.table.names().len(), Known::default());
            let smaller = match name {
                "h" => "m",
                "m" => "s",
                _ => return number,
            };
            if self.dialect == Dialect::Ledger {
                let commodity = CommodityId(self.add(smaller));
                let sixty = Quantity { number: Decimal::from(60), commodity };
                self.units.insert(CommodityId(number), sixty);
            }
        }
        number
    }

    /// Another symbol for a commodity from here on.
    pub fn alias(&mut self, symbol: &str, id: CommodityId) {
        self.aliases.insert(symbol.into(), id);
        self.short.clear();
    }

    /// `id`, or the default where it is none.
    pub fn or_default(&self, id: CommodityId) -> CommodityId {
        if id.0 == 0 { self.default.unwrap_or(id) } else { id }
    }

    /// The declared and the seen decimal mark.
    pub fn marks(&self, id: CommodityId) -> (Option<u8>, Option<u8>) {
        let known = &self.known[id.0 as usize];
        (self.decimal_mark.or(known.declared_mark).or(self.default_mark), known.seen_mark)
    }

    /// An amount showed its decimal mark.
    pub fn shown(&mut self, id: CommodityId, mark: u8) {
        let known = &mut self.known[id.0 as usize];
        known.seen_mark = Some(mark);
        self.marks_seen.0 |= mark == b'.';
        self.marks_seen.1 |= mark == b',';
        if let Some(trust) = &mut self.trust
            && !known.shown_here
        {
            known.shown_here = true;
            trust.shown.push((id, mark));
        }
    }

    /// A number's meaning hung on the decimal mark that amounts had shown.
    pub fn asked(&mut self, id: CommodityId) {
        let known = &self.known[id.0 as usize];
        if let Some(trust) = &mut self.trust
            && !known.shown_here
        {
            let asked = (id, known.seen_mark);
            if trust.marks.last() != Some(&asked) {
                trust.marks.push(asked);
            }
        }
    }

    /// An amount was read.
    pub fn written(&mut self, id: CommodityId, number: Decimal) {
        if !self.in_cost {
            let seen = &mut self.known[id.0 as usize].seen_decimals;
            let decimals = Some(number.scale());
            if decimals > *seen {
                *seen = decimals;
                if let Some(trust) = &mut self.trust {
                    trust.raised.push((id, number.scale()));
                }
            }
        }
    }

    /// What the slice that ends here took for granted and showed.
    pub fn end_of_slice(&mut self) -> Trust {
        let mut trust = self.trust.replace(Trust::default()).unwrap_or_default();
        for (id, mark) in &mut trust.shown {
            let known = &mut self.known[id.0 as usize];
            known.shown_here = false;
            *mark = known.seen_mark.unwrap_or(*mark);
        }
        trust.marks_seen = std::mem::take(&mut self.marks_seen);
        trust
    }

    /// Takes in what the amounts of a slice showed; `own`: its commodities by the numbers here.
    pub fn learn(&mut self, trust: &Trust, own: impl Fn(CommodityId) -> CommodityId) {
        for (id, decimals) in &trust.raised {
            let seen = &mut self.known[own(*id).0 as usize].seen_decimals;
            *seen = (*seen).max(Some(*decimals));
        }
        for (id, mark) in &trust.shown {
            self.known[own(*id).0 as usize].seen_mark = Some(*mark);
        }
        self.marks_seen.0 |= trust.marks_seen.0;
        self.marks_seen.1 |= trust.marks_seen.1;
    }

    /// Something is doubtful about the number `text`.
    pub fn doubt(&mut self, doubt: Doubt, of: CommodityId, text: &str) {
        self.doubts.push((doubt, of, text.as_ptr() as usize, text.len()));
    }

    /// Reads what does not change how a commodity is shown: a cost.
    pub fn apart<T>(&mut self, read: impl FnOnce(&mut Commodities) -> T) -> T {
        let before = std::mem::replace(&mut self.in_cost, true);
        let value = read(self);
        self.in_cost = before;
        value
    }

    /// How many decimals a sum in this commodity is rounded to before it must be zero. `None`: none
    /// is known, the sum's own decimals count.
    pub fn decimals(&self, id: CommodityId) -> Option<u32> {
        let known = &self.known[id.0 as usize];
        match self.dialect {
            Dialect::Ledger if known.fixed_decimals => known.declared_decimals,
            Dialect::Ledger => known.seen_decimals.max(known.declared_decimals),
            Dialect::Hledger | Dialect::Beancount => {
                known.declared_decimals.or(known.seen_decimals)
            }
        }
    }
}
