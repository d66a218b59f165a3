//! Finds the actions that a row's action words may mean, the most particular first.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Action, single_blanks};

/// The action words of a profile, ready to be looked up.
#[derive(Debug)]
pub struct Words {
    /// By the whole of the words.
    exact: HashMap<String, Vec<usize>>,
    /// By the first of several words: beginnings, longest first.
    begins: HashMap<String, Vec<(String, Vec<usize>)>>,
    /// By what they contain, longest first.
    contains: Vec<(String, Vec<usize>)>,
}

impl Words {
    /// Of these actions; those before others win where words are equally long.
    pub fn new(actions: &[Action]) -> Words {
        let mut exact: HashMap<String, Vec<usize>> = HashMap::new();
        let mut begins: HashMap<String, Vec<(String, Vec<usize>)>> = HashMap::new();
        let mut contains: Vec<(String, Vec<usize>)> = Vec::new();
        let add = |bucket: &mut Vec<(String, Vec<usize>)>, words: String, index| match bucket
            .iter_mut()
            .find(|(known, _)| *known == words)
        {
            Some((_, all)) => all.push(index),
            None => bucket.push((words, vec![index])),
        };
        for (index, action) in actions.iter().enumerate() {
            for words in &action.is {
                exact.entry(words.to_lowercase()).or_default().push(index);
            }
            for words in &action.starts {
                let words = words.to_lowercase();
                let bucket = begins.entry(first_word(&words).to_owned()).or_default();
                add(bucket, words, index);
            }
            for words in &action.contains {
                add(&mut contains, words.to_lowercase(), index);
            }
        }
        for bucket in begins.values_mut().chain([&mut contains]) {
            bucket.sort_by_key(|(words, _)| Reverse(words.len()));
        }
        let sorted = |all: &mut Vec<usize>| {
            // Those of the user's own file stand first in `actions`, and so do they here.
            let own = all.iter().min().map(|index| actions[*index].file.clone());
            all.sort_by_key(|index| {
                let action = &actions[*index];
                (Some(&action.file) != own.as_ref(), Reverse(action.when.count()), *index)
            });
        };
        exact.values_mut().for_each(sorted);
        begins.values_mut().flatten().chain(&mut contains).for_each(|(_, all)| sorted(all));
        Words { exact, begins, contains }
    }

    /// The actions that `text` may mean, those to be tried first in front: the whole of the words,
    /// then the longest beginning, then the longest part; those with most conditions before the
    /// others.
    pub fn candidates(&self, text: &str) -> Vec<usize> {
        let text = single_blanks(text).to_lowercase();
        let mut found = self.exact.get(&text).cloned().unwrap_or_default();
        // `b302087054` is `b#`: a word and a number.
        let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
        if word.len() < text.len() {
            found.extend(self.exact.get(&format!("{word}#")).into_iter().flatten());
        }
        for (words, actions) in self.begins.get(first_word(&text)).into_iter().flatten() {
            if begins(&text, words) {
                found.extend(actions);
            }
        }
        for (words, actions) in &self.contains {
            if memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_some() {
                found.extend(actions);
            }
        }
        found
    }
}

/// The first word, by which beginnings are sorted into buckets.
fn first_word(text: &str) -> &str {
    text.split([' ', ':']).next().unwrap_or_default()
}

/// Whether `text` begins with `words` and the last of them ends there.
fn begins(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, read};
    use super::*;
    use crate::source::Source;

    fn profile(text: &str) -> Profile {
        let (profile, diagnostics) = read(&Source::new("test.toml", text));
        assert_eq!(diagnostics, []);
        profile
    }

    #[test]
    fn the_whole_words_win_then_the_longest_beginning() {
        let profile = profile(
            r#"
            [[action]]
            starts = "YOU SOLD"
            event = "sell"
            [[action]]
            starts = "YOU SOLD SHORT"
            event = "short-open"
            [[action]]
            is = "YOU SOLD SHORT SALE"
            event = "fee"
            "#,
        );
        let words = Words::new(&profile.actions);
        assert_eq!(words.candidates("You  Sold Short Sale"), [2, 1, 0]);
        assert_eq!(words.candidates("YOU SOLD SHORTS INC"), [0]);
        assert_eq!(words.candidates("YOU"), [0_usize; 0]);
    }

    #[test]
    fn a_number_after_the_words_may_be_any() {
        let profile = profile("[[action]]\nis = \"B#\"\nevent = \"buy\"\n");
        let words = Words::new(&profile.actions);
        assert_eq!(words.candidates("B302087054"), [0]);
        assert_eq!(words.candidates("B"), [0_usize; 0]);
        assert_eq!(words.candidates("B 30 x"), [0_usize; 0]);
    }
}
