//! The gate for foreign bags of cells, against bags built by hand to break a parser.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]

use std::time::{Duration, Instant};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ton::{
    Comment,
    boc::{BadBoc, Limits, gate, gate_base64},
    comment,
};
use tycho_types::{
    boc::Boc,
    cell::{CellBuilder, CellFamily, HashBytes},
};

const LIMITS: Limits = Limits::WALLET;

/// A bag of cells as its header describes it, right or wrong.
#[derive(Clone)]
struct Bag {
    flags: u8,
    offset_size: u8,
    cells: u16,
    roots: u16,
    absent: u16,
    root: u16,
    body: Vec<u8>,
    announced: Option<u16>,
    index: Vec<u8>,
    tail: Vec<u8>,
}

impl Bag {
    /// Cells without data that refer to the cells of these numbers.
    fn of(cells: &[&[u16]]) -> Self {
        let mut body = Vec::new();
        for references in cells {
            body.extend([u8::try_from(references.len()).unwrap(), 0]);
            body.extend(references.iter().flat_map(|number| number.to_be_bytes()));
        }
        Self {
            flags: 2,
            offset_size: 2,
            cells: u16::try_from(cells.len()).unwrap(),
            roots: 1,
            absent: 0,
            root: 0,
            body,
            announced: None,
            index: vec![],
            tail: vec![],
        }
    }

    /// A root and `depth` cells below it, each under the last.
    fn chain(depth: u16) -> Self {
        let links: Vec<[u16; 1]> = (1..=depth).map(|next| [next]).collect();
        let mut cells: Vec<&[u16]> = links.iter().map(<[u16; 1]>::as_slice).collect();
        cells.push(&[]);
        Self::of(&cells)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0xb5, 0xee, 0x9c, 0x72, self.flags, self.offset_size];
        let size = self.announced.unwrap_or_else(|| u16::try_from(self.body.len()).unwrap());
        for number in [self.cells, self.roots, self.absent, size, self.root] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend([self.index.as_slice(), &self.body, &self.tail].concat());
        bytes
    }

    fn verdict(&self) -> Result<HashBytes, BadBoc> {
        gate(&self.bytes(), &LIMITS).map(|cell| *cell.repr_hash())
    }
}

#[test]
fn honest_bags_pass_however_they_are_written() {
    let empty = *tycho_types::cell::Cell::empty_cell().repr_hash();
    assert_eq!(Bag::of(&[&[]]).verdict(), Ok(empty));
    let indexed = Bag { flags: 0x82, index: vec![0, 2], ..Bag::of(&[&[]]) };
    assert_eq!(indexed.verdict(), Ok(empty));
    // tonlib-core writes a checksum.
    let text = gate_base64(&comment::encode("Dinner"), &LIMITS).unwrap();
    assert_eq!(comment::decode(&text), Comment::Text("Dinner".into()));
}

#[test]
fn a_header_promises_no_more_than_there_is() {
    let bag = Bag::of(&[&[1], &[]]);
    for (bag, error) in [
        (Bag { roots: 2, ..bag.clone() }, BadBoc::Header),
        (Bag { roots: 0, ..bag.clone() }, BadBoc::Header),
        (Bag { absent: 1, ..bag.clone() }, BadBoc::Header),
        (Bag { root: 1, ..bag.clone() }, BadBoc::Header),
        (Bag { cells: 0, ..bag.clone() }, BadBoc::Header),
        (Bag { flags: 0, ..bag.clone() }, BadBoc::Header),
        (Bag { flags: 5, ..bag.clone() }, BadBoc::Header),
        (Bag { flags: 0x22, ..bag.clone() }, BadBoc::Header),
        (Bag { flags: 0x0a, ..bag.clone() }, BadBoc::Header),
        (Bag { offset_size: 0, ..bag.clone() }, BadBoc::Header),
        (Bag { offset_size: 9, ..bag.clone() }, BadBoc::Header),
        (Bag { cells: u16::MAX, ..bag.clone() }, BadBoc::TooManyCells),
        (Bag { cells: 3, ..bag.clone() }, BadBoc::Length),
        (Bag { cells: 1, ..bag.clone() }, BadBoc::Reference),
        (Bag { announced: Some(5), ..bag.clone() }, BadBoc::Length),
        (Bag { announced: Some(7), ..bag.clone() }, BadBoc::Length),
        (Bag { tail: vec![0], ..bag.clone() }, BadBoc::Length),
        (Bag { cells: 1, ..Bag::of(&[&[], &[]]) }, BadBoc::Length),
        (Bag { flags: 0x82, ..bag.clone() }, BadBoc::Length),
        (Bag { flags: 0x42, tail: vec![0; 4], ..bag.clone() }, BadBoc::Cell),
    ] {
        assert_eq!(bag.verdict(), Err(error), "{:02x?}", bag.bytes());
    }
    assert!(bag.verdict().is_ok());
}

#[test]
fn four_thousand_million_cells_in_ninety_bytes_are_not_believed() {
    let mut bytes = vec![0xb5, 0xee, 0x9c, 0x72, 4, 8];
    bytes.extend([0xff; 4]);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 0]);
    bytes.extend([0xff; 8]);
    bytes.resize(90, 0);
    assert_eq!(gate(&bytes, &Limits::CHAIN), Err(BadBoc::TooManyCells));
}

#[test]
fn references_only_point_forward() {
    for cells in [
        &[&[0_u16] as &[u16]] as &[&[u16]],
        &[&[1], &[0]],
        &[&[1], &[1]],
        &[&[1], &[2]],
        &[&[u16::MAX]],
    ] {
        assert_eq!(Bag::of(cells).verdict(), Err(BadBoc::Reference), "{cells:?}");
    }
}

#[test]
fn depth_ends_at_the_limit() {
    assert!(Bag::chain(64).verdict().is_ok());
    assert_eq!(Bag::chain(65).verdict(), Err(BadBoc::TooDeep));
    assert_eq!(Bag::chain(127).verdict(), Err(BadBoc::TooDeep));
    assert_eq!(Bag::chain(128).verdict(), Err(BadBoc::TooManyCells));
    let bytes = |depth| Bag::chain(depth).bytes();
    assert!(gate(&bytes(512), &Limits::CHAIN).is_ok());
    assert_eq!(gate(&bytes(513), &Limits::CHAIN), Err(BadBoc::TooDeep));
    assert_eq!(gate(&bytes(10_000), &LIMITS), Err(BadBoc::TooLarge));
}

#[test]
fn malformed_cells_are_refused() {
    let cell = |body: &[u8]| Bag { body: body.to_vec(), ..Bag::of(&[&[]]) }.verdict();
    for references in 5..=7 {
        assert_eq!(cell(&[references, 0]), Err(BadBoc::Cell), "{references} references");
    }
    let hash = tycho_types::cell::Cell::empty_cell().repr_hash().0;
    let stored = [&[0x10, 0], hash.as_slice(), &[0, 0]].concat();
    assert_eq!(cell(&stored), Err(BadBoc::Cell), "a stored hash, though right");
    assert_eq!(cell(&[0x08, 0]), Err(BadBoc::Cell), "an exotic cell of no kind");
    assert_eq!(cell(&[0, 1, 0]), Err(BadBoc::Cell), "half a byte without its end mark");
    assert_eq!(cell(&[0, 4, 0]), Err(BadBoc::Length), "data cut off");
    assert_eq!(cell(&[0, 255]), Err(BadBoc::Length), "no data at all");
}

#[test]
fn a_bag_cut_anywhere_is_refused() {
    let whole = STANDARD.decode(comment::encode(&"Dinner ".repeat(60))).unwrap();
    assert!(gate(&whole, &LIMITS).is_ok());
    for length in 0..whole.len() {
        assert!(gate(&whole[..length], &LIMITS).is_err(), "{length} bytes");
    }
}

/// Sixty cells that each refer twice to the next: two to the sixtieth paths.
#[test]
fn a_thicket_is_read_in_no_time() {
    let links: Vec<[u16; 2]> = (1..=60).map(|next| [next; 2]).collect();
    let mut cells: Vec<&[u16]> = links.iter().map(<[u16; 2]>::as_slice).collect();
    cells.push(&[]);
    let start = Instant::now();
    let cell = gate(&Bag::of(&cells).bytes(), &LIMITS).unwrap();
    assert_eq!(comment::decode(&cell), Comment::Binary);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn base64_comes_in_either_alphabet_but_not_in_both() {
    let cell = CellBuilder::build_from(0xfbff_bffb_ffbf_u64).unwrap();
    let boc = Boc::encode(&cell);
    let (standard, url_safe) = (STANDARD.encode(&boc), URL_SAFE_NO_PAD.encode(&boc));
    assert_ne!(standard.trim_end_matches('='), url_safe);
    for text in [&standard, &url_safe, standard.trim_end_matches('=')] {
        assert_eq!(gate_base64(text, &LIMITS).unwrap().repr_hash(), cell.repr_hash());
    }
    let mixed = format!("{}-", &standard[1..]);
    assert_eq!(gate_base64(&mixed, &LIMITS), Err(BadBoc::Base64));
    for text in ["", " ", "\u{0}", "te6c ckEB"] {
        assert!(gate_base64(text, &LIMITS).is_err(), "{text:?}");
    }
    assert_eq!(gate_base64(&"A".repeat(1 << 20), &LIMITS), Err(BadBoc::TooLarge));
}
