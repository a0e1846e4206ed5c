//! Blocks of both chains. The masterchain's block `n` commits the shard's block `n - 1`, and both
//! chains have a block per tick, so any block can be told from its number.

use serde::Serialize;
use sha2::{Digest, Sha256};
use tycho_types::cell::HashBytes;

use super::encode::{Hash, Quoted};
use super::query::{Page, Query, Sort, Window};
use super::view::{BlockId, SHARD};
use super::{Api, Failure, Index};
use crate::chain::LT_STEP;

#[derive(Debug, Serialize)]
pub struct MasterchainInfo {
    last: Block,
    first: Block,
}

#[derive(Debug, Serialize)]
pub struct Blocks {
    blocks: Vec<Block>,
}

#[derive(Debug, Serialize)]
struct Block {
    workchain: i8,
    shard: &'static str,
    seqno: u32,
    /// There are no block cells here; these hashes only name the block.
    root_hash: Hash,
    file_hash: Hash,
    global_id: i32,
    version: u32,
    after_merge: bool,
    before_split: bool,
    after_split: bool,
    want_merge: bool,
    want_split: bool,
    key_block: bool,
    vert_seqno_incr: bool,
    flags: u32,
    gen_utime: Quoted<u32>,
    start_lt: Quoted<u64>,
    end_lt: Quoted<u64>,
    validator_list_hash_short: u32,
    gen_catchain_seqno: u32,
    min_ref_mc_seqno: u32,
    prev_key_block_seqno: u32,
    vert_seqno: u32,
    master_ref_seqno: u32,
    rand_seed: Hash,
    created_by: Hash,
    tx_count: usize,
    masterchain_block_ref: BlockId,
    prev_blocks: Vec<BlockId>,
}

/// What the caller wants, besides the range of numbers.
struct Filter {
    workchain: Option<i64>,
    shard: Option<u64>,
    mc_seqno: Option<u32>,
}

pub fn masterchain_info(api: &Api, _: &Query) -> Result<MasterchainInfo, Failure> {
    let network = api.network();
    Ok(api.look(|index| MasterchainInfo {
        last: Block::new(index, network, -1, index.head.seqno),
        first: Block::new(index, network, -1, 1),
    }))
}

pub fn blocks(api: &Api, query: &Query) -> Result<Blocks, Failure> {
    for key in ["root_hash", "file_hash"] {
        if query.text(key).is_some() {
            let message = format!("the sandbox does not find blocks by {key}");
            return Err(Failure::unprocessable(message));
        }
    }
    let filter = Filter {
        workchain: query.signed("workchain")?,
        shard: query.shard("shard")?,
        mc_seqno: query.seqno("mc_seqno")?,
    };
    let seqno = query.seqno("seqno")?;
    let utime = query.window("start_utime", "end_utime")?;
    let lt = query.window("start_lt", "end_lt")?;
    let page = query.page()?;
    let network = api.network();
    let blocks = api.look(|index| {
        let (first, last) = range(index, seqno, filter.mc_seqno, utime, lt);
        filter
            .select(first, last, page)
            .map(|(workchain, seqno)| Block::new(index, network, workchain, seqno))
            .collect()
    });
    Ok(Blocks { blocks })
}

/// Numbers from first to last that can be in the answer; utime grows with the number.
fn range(
    index: &Index,
    seqno: Option<u32>,
    mc_seqno: Option<u32>,
    utime: Window,
    lt: Window,
) -> (u32, u32) {
    let (mut first, mut last) = (1, index.head.seqno);
    if let Some(seqno) = seqno {
        (first, last) = (first.max(seqno), last.min(seqno));
    }
    if let Some(seqno) = mc_seqno {
        (first, last) = (first.max(seqno.saturating_sub(1)), last.min(seqno));
    }
    let by_lt = |lt: u64| u32::try_from(lt).unwrap_or(u32::MAX);
    (first, last) =
        (first.max(by_lt(lt.start.div_ceil(LT_STEP))), last.min(by_lt(lt.end / LT_STEP)));
    let below = |time: u64| {
        let (mut low, mut high) = (first, last.saturating_add(1).max(first));
        while low < high {
            let middle = low.midpoint(high);
            if u64::from(index.ledger.utime(middle)) < time {
                low = middle + 1
            } else {
                high = middle
            }
        }
        low
    };
    let start = below(utime.start);
    let end = if utime.end == u64::MAX { last } else { below(utime.end + 1).saturating_sub(1) };
    (start, end.min(last))
}

impl Filter {
    fn select(self, first: u32, last: u32, page: Page) -> impl Iterator<Item = (i8, u32)> {
        let count = last.saturating_add(1).saturating_sub(first);
        let numbers = (0..count).map(move |at| match page.sort {
            Sort::Ascending => first + at,
            Sort::Descending => last - at,
        });
        numbers
            .flat_map(|seqno| [(-1, seqno), (0, seqno)])
            .filter(move |&(workchain, seqno)| self.admits(workchain, seqno))
            .skip(page.offset)
            .take(page.limit)
    }

    fn admits(&self, workchain: i8, seqno: u32) -> bool {
        let mc_seqno = mc_seqno(workchain, seqno);
        self.workchain.is_none_or(|wanted| wanted == i64::from(workchain))
            && self.shard.is_none_or(|wanted| wanted == 1 << 63)
            && self.mc_seqno.is_none_or(|wanted| wanted == mc_seqno)
    }
}

/// The masterchain block by which this one is final.
fn mc_seqno(workchain: i8, seqno: u32) -> u32 {
    if workchain == 0 { seqno + 1 } else { seqno }
}

impl Block {
    fn new(index: &Index, network: i32, workchain: i8, seqno: u32) -> Self {
        let start_lt = u64::from(seqno) * LT_STEP;
        let block = index.ledger.block(seqno).filter(|_| workchain == 0);
        let id = |workchain, seqno| BlockId { workchain, shard: SHARD, seqno };
        let name = |what: &str| name(network, workchain, seqno, what);
        Self {
            workchain,
            shard: SHARD,
            seqno,
            root_hash: name("root"),
            file_hash: name("file"),
            global_id: network,
            version: 0,
            after_merge: false,
            before_split: false,
            after_split: false,
            want_merge: false,
            want_split: false,
            key_block: false,
            vert_seqno_incr: false,
            flags: 1,
            gen_utime: Quoted(index.ledger.utime(seqno)),
            start_lt: Quoted(start_lt),
            end_lt: Quoted(start_lt + LT_STEP - 1),
            validator_list_hash_short: 0,
            gen_catchain_seqno: 0,
            min_ref_mc_seqno: seqno.saturating_sub(1),
            prev_key_block_seqno: 0,
            vert_seqno: 0,
            master_ref_seqno: seqno.saturating_sub(1),
            rand_seed: name("seed"),
            created_by: Hash(HashBytes::ZERO),
            tx_count: block.map_or(0, |block| block.transactions),
            masterchain_block_ref: id(-1, mc_seqno(workchain, seqno)),
            prev_blocks: vec![id(workchain, seqno.saturating_sub(1))],
        }
    }
}

fn name(network: i32, workchain: i8, seqno: u32, what: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(what.as_bytes());
    hash.update(network.to_be_bytes());
    hash.update(workchain.to_be_bytes());
    hash.update(seqno.to_be_bytes());
    Hash(HashBytes(hash.finalize().into()))
}

impl Api {
    fn network(&self) -> i32 {
        self.faults.get().network.unwrap_or_else(|| self.chain.network())
    }
}
