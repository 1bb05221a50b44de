//! Which datasets have all the words, and how well.

use memchr::memmem::Finder;

use super::segment::{Row, Segment};

/// How well a dataset fits where a word begins its title, stands in its title, among its names, or elsewhere.
const WEIGHTS: [u8; 4] = [8, 4, 2, 1];

/// For each dataset the sum of the weights of all words, 0 where one is missing. No words: `None`.
pub(super) fn weights(segment: &Segment, words: &[String]) -> Option<Vec<u8>> {
    let mut longest_first: Vec<&String> = words.iter().collect();
    longest_first.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let (first, rest) = longest_first.split_first()?;
    let mut weights = first_word(segment, first);
    for word in rest {
        let finder = Finder::new(word.as_bytes());
        for (row, weight) in weights.iter_mut().enumerate().filter(|(_, weight)| **weight > 0) {
            let at = finder.find(segment.text_of(row).as_bytes());
            let more = at.map_or(0, |at| segment.rows.get(row).map_or(0, |row| weight_at(row, at)));
            *weight = if more == 0 { 0 } else { weight.saturating_add(more) };
        }
    }
    Some(weights)
}

/// One pass over the whole text, from hit to hit.
fn first_word(segment: &Segment, word: &str) -> Vec<u8> {
    let (finder, text) = (Finder::new(word.as_bytes()), segment.text.as_bytes());
    let mut weights = vec![0; segment.rows.len()];
    let (mut from, mut row) = (0, 0);
    while let Some(at) = text.get(from..).and_then(|left| finder.find(left)).map(|at| from + at) {
        row += segment.rows.get(row..).map_or(0, |left| left.partition_point(|next| next.text as usize <= at)) - 1;
        if let (Some(weight), Some(found)) = (weights.get_mut(row), segment.rows.get(row)) {
            *weight = weight_at(found, at - found.text as usize);
        }
        row += 1;
        match segment.rows.get(row) {
            Some(next) => from = next.text as usize,
            None => break,
        }
    }
    weights
}

/// By where in a dataset's texts the word stands first.
fn weight_at(row: &Row, at: usize) -> u8 {
    let place = match at {
        0 => 0,
        at if at < usize::from(row.title) => 1,
        at if at < usize::from(row.named) => 2,
        _ => 3,
    };
    WEIGHTS[place]
}
