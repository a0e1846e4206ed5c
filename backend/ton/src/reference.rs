//! The short text in a transfer's comment that says what it pays: `K7Q2-M9XC-4T0R-88ZZ-1AB4`.
//!
//! Eighty random bits and a twenty-bit checksum in Crockford's base 32, which has no I, L, O or U.
//! People retype it, phones "improve" it, so [`Reference::find`] forgives how it is written; but
//! every digit must be right, and the checksum says whether they are. A human note may follow.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// Names one expected payment. Unguessable, so it is also what keeps a public pay page private.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference([u8; 10]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a payment reference")]
pub struct BadReference;

/// Bytes of a whole comment, reference included.
pub const LONGEST_COMMENT: usize = 500;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 20;
const GROUP: usize = 4;
const CHECKSUM_BITS: u32 = 20;

impl Reference {
    /// `noise` comes from the caller's dice.
    pub const fn new(noise: [u8; 10]) -> Self {
        Self(noise)
    }

    /// Its first 64 bits: by them a jetton transfer is known whose comment has to be somebody else's.
    pub fn query_id(self) -> u64 {
        self.0[..8].iter().fold(0, |id, byte| id << 8 | u64::from(*byte))
    }

    /// The reference at the head of a comment, if the comment begins with one.
    pub fn find(comment: &str) -> Option<Self> {
        Self::split(comment).map(|(reference, _)| reference)
    }

    /// The reference, and the note after it.
    pub fn split(comment: &str) -> Option<(Self, &str)> {
        let mut number = 0;
        let mut count = 0;
        let visible = comment.char_indices().filter(|(_, c)| !is_invisible(*c));
        for (at, c) in visible.map(|(at, c)| (at, narrow(c))) {
            if count == LENGTH {
                // Whatever is glued to the last digit means that this is some other word.
                let note = c.is_whitespace().then(|| comment[at..].trim())?;
                return Some((Self::checked(number)?, note));
            }
            if c.is_whitespace() || (is_dash(c) && count > 0) {
                continue;
            }
            number = number << 5 | digit(c)?;
            count += 1;
        }
        let whole = count == LENGTH;
        whole.then(|| Self::checked(number)).flatten().map(|reference| (reference, ""))
    }

    /// `number`: eighty bits and their checksum.
    fn checked(number: u128) -> Option<Self> {
        let bytes = (number >> CHECKSUM_BITS).to_be_bytes();
        let (_, noise) = bytes.split_last_chunk()?;
        let reference = Self(*noise);
        (reference.number() == number).then_some(reference)
    }

    fn number(self) -> u128 {
        let noise = self.0.iter().fold(0u128, |n, byte| n << 8 | u128::from(*byte));
        let hash = Sha256::digest([b"remit reference".as_slice(), &self.0].concat());
        let checksum = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        noise << CHECKSUM_BITS | u128::from(checksum >> (u32::BITS - CHECKSUM_BITS))
    }
}

/// A comment as far as it could be a reference: letters and digits only, in the form they are compared
/// in, at most as much as a comment of ours holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded(Vec<char>);

impl Folded {
    pub fn new(comment: &str) -> Self {
        let letters = comment.chars().map(narrow).filter(|c| c.is_alphanumeric());
        let canonical = letters.map(|c| digit(c).map_or(c, shown));
        Self(canonical.take(LONGEST_COMMENT).collect())
    }
}

impl Reference {
    /// How many digits are wrong, missing or too many where this reference comes closest to standing in
    /// a comment. Good for a guess, never for a match.
    pub fn slips_in(self, comment: &Folded) -> usize {
        // Sellers' algorithm: the reference may begin and end anywhere in the comment.
        let digits = self.digits();
        let mut slips: Vec<usize> = (0..=LENGTH).collect();
        let mut least = LENGTH;
        for c in &comment.0 {
            let mut diagonal = 0;
            for (place, wanted) in digits.iter().enumerate() {
                let replaced = diagonal + usize::from(wanted != c);
                diagonal = slips[place + 1];
                slips[place + 1] = replaced.min(diagonal + 1).min(slips[place] + 1);
            }
            least = least.min(slips[LENGTH]);
        }
        least
    }

    /// Whether its first or its last two groups stand in a comment as they are.
    pub fn half_is_in(self, comment: &Folded) -> bool {
        let digits = self.digits();
        let (head, tail) = (&digits[..2 * GROUP], &digits[LENGTH - 2 * GROUP..]);
        comment.0.windows(2 * GROUP).any(|part| part == head || part == tail)
    }

    fn digits(self) -> [char; LENGTH] {
        let number = self.number();
        std::array::from_fn(|place| shown(number >> (5 * (LENGTH - 1 - place)) & 31))
    }
}

/// `value` is five bits.
fn shown(value: u128) -> char {
    let digit = DIGITS[usize::try_from(value & 31).expect("five bits")];
    char::from(digit)
}

/// The comment to put into a transfer: the reference, then the person's note, cut to fit.
pub fn compose(reference: Reference, note: Option<&str>) -> String {
    let head = reference.to_string();
    // One line: line breaks and the like come from pasting, and only hide what is signed.
    let words = note.unwrap_or_default().split(|c: char| c.is_whitespace() || c.is_control());
    let note = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let room = LONGEST_COMMENT - head.len() - 1;
    match note[..note.floor_char_boundary(room)].trim_end() {
        "" => head,
        note => format!("{head} {note}"),
    }
}

fn digit(c: char) -> Option<u128> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    let value = DIGITS.iter().position(|digit| char::from(*digit) == c)?;
    u128::try_from(value).ok()
}

/// Full-width forms (`Ｋ７`) are what NFKC would make of them.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("0xff01 to 0xff5e stand for ASCII")
        }
        c => c,
    }
}

/// The hyphen, and what keyboards and fonts turn it into.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}')
}

/// Zero-width characters that copying brings along. Direction overrides are not among them: they
/// change what a person reads, so a text with one is not taken for ours.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.digits().iter().enumerate() {
            if place > 0 && place % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Reference {
    type Err = BadReference;

    /// The whole text must be the reference, however it is written.
    fn from_str(text: &str) -> Result<Self, BadReference> {
        match Self::split(text) {
            Some((reference, "")) => Ok(reference),
            _ => Err(BadReference),
        }
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reference() -> Reference {
        Reference::new([0x98, 0x2e, 0x2a, 0xa5, 0xe3, 0x26, 0x8c, 0x84, 0x21, 0xff])
    }

    /// Its text stands in wallets and on paper, so it must never change.
    const TEXT: &str = "K0Q2-N9F3-4T68-88FZ-1J63";

    #[test]
    fn a_reference_is_five_groups_of_four() {
        assert_eq!(reference().to_string(), TEXT);
    }

    #[test]
    fn however_people_write_it_it_is_the_same_reference() {
        let plain = TEXT.replace('-', "");
        let wide: String = TEXT.chars().map(widen).collect();
        for text in [
            TEXT.to_owned(),
            plain.clone(),
            TEXT.to_lowercase(),
            format!("  {TEXT}\n"),
            format!("\u{a0}{TEXT}\u{3000}"),
            format!("\u{feff}{}", TEXT.replace('-', "\u{200b}")),
            TEXT.replace('-', " "),
            TEXT.replace('-', "\u{2014}"),
            TEXT.replace('-', " - "),
            TEXT.replace('0', "O").replace('1', "l"),
            TEXT.replace('0', "o").replace('1', "I"),
            wide,
            format!("{TEXT} Dinner"),
            format!("{plain} 2 coffees"),
            format!("{TEXT}\nU1234"),
        ] {
            assert_eq!(Reference::find(&text), Some(reference()), "{text:?}");
        }
    }

    fn widen(c: char) -> char {
        char::from_u32(u32::from(c) + 0xfee0).unwrap()
    }

    #[test]
    fn what_is_not_quite_it_is_not_it() {
        let cyrillic = TEXT.replace('K', "\u{41a}");
        assert_ne!(cyrillic, TEXT);
        for text in [
            String::new(),
            "Dinner".to_owned(),
            cyrillic,
            format!("Dinner {TEXT}"),
            format!("#{TEXT}"),
            format!("-{TEXT}"),
            format!("{TEXT}X"),
            format!("{TEXT}."),
            format!("{TEXT}-"),
            format!("\u{202e}{TEXT}"),
            TEXT.replace('-', "_"),
            TEXT[1..].to_owned(),
            TEXT[..TEXT.len() - 1].to_owned(),
            format!("0{TEXT}"),
        ] {
            assert_eq!(Reference::find(&text), None, "{text:?}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        for (place, right) in TEXT.char_indices().filter(|(_, c)| *c != '-') {
            for wrong in DIGITS.map(char::from).into_iter().filter(|digit| *digit != right) {
                let mut text = TEXT.to_owned();
                text.replace_range(place..=place, &wrong.to_string());
                assert_eq!(Reference::find(&text), None, "{text}");
            }
        }
    }

    #[test]
    fn two_swapped_digits_are_noticed() {
        let digits: Vec<char> = TEXT.replace('-', "").chars().collect();
        for place in 1..digits.len() {
            let mut swapped = digits.clone();
            swapped.swap(place - 1, place);
            let same = swapped == digits;
            let text: String = swapped.into_iter().collect();
            assert_eq!(Reference::find(&text).is_some(), same, "{text}");
        }
    }

    #[test]
    fn slips_are_counted_wherever_it_stands() {
        let slips = |text: &str| reference().slips_in(&Folded::new(text));
        assert_eq!(slips(TEXT), 0);
        assert_eq!(slips(&format!("Invoice #{} please", TEXT.to_lowercase())), 0);
        assert_eq!(slips(&TEXT.replace('0', "O")), 0);
        assert_eq!(slips(&TEXT.replacen('Q', "P", 1)), 1, "one wrong");
        assert_eq!(slips(&TEXT.replacen('Q', "", 1)), 1, "one missing");
        assert_eq!(slips(&TEXT.replacen('Q', "QQ", 1)), 1, "one too many");
        assert_eq!(slips(&TEXT.replacen("N9", "9N", 1)), 2, "two swapped");
        assert_eq!(slips(""), LENGTH);
        assert!(slips("Dinner with friends on the fourth of July") > 12);
        let other = Reference::new([7; 10]).to_string();
        assert!(slips(&other) > 8, "{}", slips(&other));
    }

    #[test]
    fn half_a_reference_is_known_again() {
        let half = |text: &str| reference().half_is_in(&Folded::new(text));
        assert!(half("k0q2 n9f3 and the rest is lost") && half("…88FZ-1J63"));
        assert!(!half("K0Q2") && !half("N9F3-4T68") && !half(""));
    }

    #[test]
    fn a_note_follows_on_the_same_line() {
        assert_eq!(compose(reference(), None), TEXT);
        assert_eq!(compose(reference(), Some(" \n\t ")), TEXT);
        let comment = compose(reference(), Some(" Dinner\n at\u{0} eight "));
        assert_eq!(comment, format!("{TEXT} Dinner at eight"));
        assert_eq!(Reference::split(&comment), Some((reference(), "Dinner at eight")));
    }

    #[test]
    fn a_reference_alone_is_all_that_parses() {
        assert_eq!(TEXT.parse(), Ok(reference()));
        assert_eq!(format!("{TEXT} Dinner").parse::<Reference>(), Err(BadReference));
        let json = serde_json::to_string(&reference()).unwrap();
        assert_eq!(serde_json::from_str::<Reference>(&json).unwrap(), reference());
    }

    proptest! {
        #[test]
        fn reading_undoes_writing_whatever_the_note(noise: [u8; 10], note: String) {
            let reference = Reference::new(noise);
            let comment = compose(reference, Some(&note));
            prop_assert!(comment.len() <= LONGEST_COMMENT);
            prop_assert_eq!(Reference::find(&comment), Some(reference));
        }

        #[test]
        fn different_references_have_different_texts(a: [u8; 10], b: [u8; 10]) {
            let [a_text, b_text] = [a, b].map(|noise| Reference::new(noise).to_string());
            prop_assert_eq!(a == b, a_text == b_text);
        }

        #[test]
        fn reading_twice_changes_nothing(text in "\\PC{0,60}") {
            if let Some(found) = Reference::find(&text) {
                prop_assert_eq!(Reference::find(&found.to_string()), Some(found));
            }
        }

        #[test]
        fn a_long_note_is_cut_between_letters(note in "[а-я ]{400,600}") {
            prop_assert!(compose(reference(), Some(&note)).len() <= LONGEST_COMMENT);
        }
    }
}
