//! Reads queries: words and `/patterns/` for accounts, `@payee`, `%tag`, `#code`, `=note`, with `and`,
//! `or`, `not` and brackets; after `expr` an expression.
//!
//! In: the text after `=`. Out: the query; `None` for whatever is not understood.

use super::{Compare, Field, Query, Sign, Value};
use crate::ledger::model::Status;
use crate::ledger::pattern::regex;
use crate::money::plain;
use crate::period::NaiveDate;
use regex::Regex;

/// Brackets within brackets; past this depth a query is refused.
const DEPTH: usize = 64;

/// Reads a query.
pub fn query(text: &str) -> Option<Query> {
    let mut words = Words { tokens: tokens(text)?, at: 0, expression: false };
    let query = words.any_of(0)?;
    (words.at == words.tokens.len()).then_some(query)
}

fn expression(text: &str) -> Option<Query> {
    let mut words = Words { tokens: tokens(text)?, at: 0, expression: true };
    let query = words.any_of(0)?;
    (words.at == words.tokens.len()).then_some(query)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Pattern(String),
    Quoted(String),
    Sign(&'static str),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 20] = [
    "=~", "!~", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "&", "|", "!", "(", ")", "@", "%",
    "#", "=", ",",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if matches!(first, '/' | '\'' | '"') {
            // A pattern may have `\/` in it.
            let mut escaped = false;
            let end = rest[1..].find(|letter: char| {
                let ends = letter == first && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            })?;
            let inner = rest[1..=end].to_owned();
            let inner = if first == '/' { inner.replace("\\/", "/") } else { inner };
            tokens.push(if first == '/' { Token::Pattern(inner) } else { Token::Quoted(inner) });
            rest = rest[end + 2..].trim_start();
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = rest[sign.len()..].trim_start();
        } else {
            let stops = |letter: char| letter.is_whitespace() || "()&|=!<>'\",".contains(letter);
            let end = rest.find(stops).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            rest = rest[end..].trim_start();
            let is_expression = word == "expr";
            tokens.push(Token::Word(word));
            if is_expression && !rest.starts_with(['"', '\'']) {
                if !is_read_to_its_end(rest) {
                    return None;
                }
                tokens.push(Token::Quoted(rest.to_owned()));
                rest = "";
            }
        }
    }
    Some(tokens)
}

/// Whether Ledger reads all of an expression that stands without quotes: past a bracket it does so only
/// where that is the one that it begins with.
fn is_read_to_its_end(expression: &str) -> bool {
    let expression = expression.trim_end();
    let Some(closes) = expression.find(')') else { return true };
    let mut depth = 0;
    let end = expression.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    expression.starts_with('(')
        && end.is_some_and(|(at, _)| at >= closes && at + 1 == expression.len())
}

struct Words {
    tokens: Vec<Token>,
    at: usize,
    expression: bool,
}

impl Words {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, wanted: &[&str]) -> bool {
        let found = match self.peek() {
            Some(Token::Sign(sign)) => wanted.contains(sign),
            Some(Token::Word(word)) => wanted.contains(&&**word),
            _ => false,
        };
        self.at += usize::from(found);
        found
    }

    fn any_of(&mut self, depth: usize) -> Option<Query> {
        if depth > DEPTH {
            return None;
        }
        let mut left = self.all_of(depth)?;
        loop {
            let or = self.takes(&["or", "|", "||"]);
            // Words side by side: one of them.
            let beside = !self.expression && !matches!(self.peek(), None | Some(Token::Sign(")")));
            if !or && !beside {
                return Some(left);
            }
            let right = self.all_of(depth)?;
            left = Query::Or(Box::new(left), Box::new(right));
        }
    }

    fn all_of(&mut self, depth: usize) -> Option<Query> {
        let mut left = self.term(depth)?;
        while self.takes(&["and", "&", "&&"]) {
            let right = self.term(depth)?;
            left = Query::And(Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn term(&mut self, depth: usize) -> Option<Query> {
        if depth > DEPTH {
            return None;
        }
        if self.takes(&["not", "!"]) {
            return Some(Query::Not(Box::new(self.term(depth + 1)?)));
        }
        if self.takes(&["("]) {
            let query = self.any_of(depth + 1)?;
            return self.takes(&[")"]).then_some(query);
        }
        if self.expression { self.comparison(depth) } else { self.word() }
    }

    fn word(&mut self) -> Option<Query> {
        for (sign, field) in
            [("@", Field::Payee), ("%", Field::Tag), ("#", Field::Code), ("=", Field::Note)]
        {
            if self.takes(&[sign]) {
                return Some(Query::Matches(field, self.pattern()?));
            }
        }
        if self.takes(&["expr"]) {
            let Some(Token::Quoted(text)) = self.peek().cloned() else { return None };
            self.at += 1;
            return expression(&text);
        }
        for (word, field) in [
            ("payee", Field::Payee),
            ("tag", Field::Tag),
            ("code", Field::Code),
            ("note", Field::Note),
            ("account", Field::Account),
        ] {
            let follows = self.tokens.get(self.at + 1).is_some();
            if follows && self.takes(&[word]) {
                return Some(Query::Matches(field, self.pattern()?));
            }
        }
        Some(Query::Matches(Field::Account, self.pattern()?))
    }

    fn pattern(&mut self) -> Option<Regex> {
        let pattern = match self.peek()? {
            Token::Word(text) | Token::Pattern(text) | Token::Quoted(text) => regex(text)?,
            Token::Sign(_) => return None,
        };
        self.at += 1;
        Some(pattern)
    }

    fn comparison(&mut self, depth: usize) -> Option<Query> {
        let Some(Token::Word(word)) = self.peek().cloned() else { return None };
        self.at += 1;
        let field = match word.as_str() {
            "account" => Field::Account,
            "payee" => Field::Payee,
            "code" => Field::Code,
            "commodity" => Field::Commodity,
            "note" | "comment" => Field::Note,
            "R" | "real" => return Some(Query::Real),
            "virtual" => return Some(Query::Not(Box::new(Query::Real))),
            "X" | "cleared" => return Some(Query::Has(Status::Cleared)),
            "pending" => return Some(Query::Has(Status::Pending)),
            "uncleared" => return Some(Query::Has(Status::Unmarked)),
            // No rule is applied to postings that rules have made.
            "true" | "1" | "L" | "actual" => return Some(Query::Always(true)),
            "false" | "0" => return Some(Query::Always(false)),
            "any" | "all" | "has_tag" => return self.function(&word, depth),
            "tag" => return self.tag(),
            "date" | "d" => return self.day(),
            "amount" | "a" => return self.amount(Sign::Own),
            "-amount" => return self.amount(Sign::Other),
            "abs" => {
                let inner = [Token::Sign("("), Token::Word("amount".to_owned()), Token::Sign(")")];
                self.skips(&inner)?;
                return self.amount(Sign::None);
            }
            _ => return None,
        };
        let Some(Token::Sign(sign)) = self.peek().cloned() else { return None };
        self.at += 1;
        let operand = self.peek().cloned()?;
        self.at += 1;
        let query = match (sign, operand) {
            ("=~" | "!~", Token::Pattern(text) | Token::Quoted(text)) => {
                Query::Matches(field, regex(&text)?)
            }
            ("==" | "!=", Token::Quoted(text)) => Query::Is(field, text),
            _ => return None,
        };
        Some(if sign.starts_with('!') { Query::Not(Box::new(query)) } else { query })
    }

    /// Reads past these.
    fn skips(&mut self, wanted: &[Token]) -> Option<()> {
        let found = self.tokens.get(self.at..self.at + wanted.len())?;
        self.at += wanted.len();
        (found == wanted).then_some(())
    }

    fn function(&mut self, word: &str, depth: usize) -> Option<Query> {
        if !self.takes(&["("]) {
            return None;
        }
        let query = match word {
            "any" => Query::Any(Box::new(self.any_of(depth + 1)?)),
            "all" => Query::All(Box::new(self.any_of(depth + 1)?)),
            _ => {
                let name = self.pattern()?;
                if self.takes(&[","]) {
                    Query::Tagged(name, self.pattern()?)
                } else {
                    Query::Matches(Field::Tag, name)
                }
            }
        };
        self.takes(&[")"]).then_some(query)
    }

    /// `tag('name')`, and what its value is compared with.
    fn tag(&mut self) -> Option<Query> {
        if !self.takes(&["("]) {
            return None;
        }
        let (start, pattern) = (self.at, self.pattern()?);
        if !self.takes(&[")"]) {
            return None;
        }
        let Some(Token::Sign(sign @ ("=~" | "!~" | "==" | "!="))) = self.peek().cloned() else {
            return Some(Query::Matches(Field::Tag, pattern));
        };
        let Token::Quoted(name) = self.tokens.get(start)?.clone() else { return None };
        let value = match (sign, self.tokens.get(self.at + 1)?) {
            ("=~" | "!~", Token::Pattern(text) | Token::Quoted(text)) => {
                Value::Matches(regex(text)?)
            }
            ("==" | "!=", Token::Quoted(text)) => Value::Is(text.clone()),
            _ => return None,
        };
        self.at += 2;
        let query = Query::Value(name, value);
        Some(if sign.starts_with('!') { Query::Not(Box::new(query)) } else { query })
    }

    fn compare(&mut self) -> Option<Compare> {
        let Some(Token::Sign(sign)) = self.peek() else { return None };
        let compare = match *sign {
            "<" => Compare::Less,
            "<=" => Compare::AtMost,
            ">" => Compare::More,
            ">=" => Compare::AtLeast,
            "==" => Compare::Equal,
            "!=" => Compare::Other,
            _ => return None,
        };
        self.at += 1;
        Some(compare)
    }

    /// `amount > 10`, `amount > $10`, `amount > 10 EUR`.
    fn amount(&mut self, sign: Sign) -> Option<Query> {
        let compare = self.compare()?;
        let Some(Token::Word(first)) = self.peek().cloned() else { return None };
        self.at += 1;
        let in_front = first.find(|letter: char| letter.is_ascii_digit() || letter == '-');
        let (symbol, number) = first.split_at(in_front.unwrap_or(first.len()));
        let behind = number.rfind(|letter: char| letter.is_ascii_digit()).map_or(0, |at| at + 1);
        let (mut number, mut commodity) = (&number[..behind], [symbol, &number[behind..]].concat());
        let next = match self.peek() {
            Some(Token::Word(word)) if !matches!(word.as_str(), "and" | "or" | "not") => {
                Some(word.clone())
            }
            Some(Token::Quoted(name)) => Some(name.clone()),
            _ => None,
        };
        if let Some(next) = &next {
            self.at += 1;
            // A symbol stands before the number, or behind it.
            match (number.is_empty(), commodity.is_empty()) {
                (true, false) => number = next,
                (false, true) => commodity.clone_from(next),
                _ => return None,
            }
        }
        let commodity = (!commodity.is_empty()).then_some(commodity);
        Some(Query::Amount(sign, compare, plain(number)?, commodity))
    }

    /// `date >= [2024/02/01]`; a month or a year is its first day.
    fn day(&mut self) -> Option<Query> {
        let compare = self.compare()?;
        let Some(Token::Word(word)) = self.peek() else { return None };
        let text = word.strip_prefix('[')?.strip_suffix(']')?;
        let mut parts = text.split(['/', '-', '.']).map(|part| part.parse::<u32>().ok());
        let (year, month, day) = (parts.next()??, parts.next(), parts.next());
        let year = (year >= 1000).then(|| i32::try_from(year).ok())??;
        let (month, day) = (month.unwrap_or(Some(1))?, day.unwrap_or(Some(1))?);
        let day = NaiveDate::from_ymd_opt(year, month, day)?;
        if parts.next().is_some() {
            return None;
        }
        self.at += 1;
        Some(Query::Day(compare, day))
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn queries_are_understood_or_refused() {
        for text in [
            "/^Income/",
            "^Expenses and expr \"any(account =~ /^A:Assets/ and R)\"",
            "expr ( account =~ /^assets:/ & commodity == 'BTC' )",
            "expr ((account =~ /^assets:/) and (payee =~ /x/))",
            "@XACT and Food",
            "expr payee =~ /Max/ & account =~ /Expenses:Unknown/",
            "expr amount > 10",
            "Food Drink",
            "not /x/",
            "expr true",
            "expr date >= [2024/02/01] && date < [2025]",
            "expr \"tag('k') =~ /v/\"",
            "expr \"has_tag(/k/, /v/)\"",
            "expr amount > $5 and cleared",
            "expr amount > 5 EUR",
            "expr -amount > 5",
            "expr \"abs(amount) > 5\"",
        ] {
            assert!(query(text).is_some(), "{text}");
        }
        for text in [
            "",
            "expr account =~ ",
            "expr f(x)",
            "expr \"f(x)\"",
            "/open",
            "(a",
            "=====",
            "expr amount > (3)",
            "expr date > [24]",
            "expr date > [2024/13/01]",
            "expr amount > $5 EUR",
            "expr abs(amount",
        ] {
            assert!(query(text).is_none(), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert!(query(&deep).is_none());
    }
}
