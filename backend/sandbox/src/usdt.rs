//! The test stablecoin: our jetton contracts, deployed at an address that is the same in every
//! sandbox.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use num_bigint::BigUint;
use serde::Deserialize;
use tonlib_core::TonAddress;
use tonlib_core::cell::{ArcCell, BagOfCells};
use tonlib_core::tlb_types::block::state_init::StateInit;
use tonlib_core::tlb_types::tlb::TLB;
use tycho_types::models::StdAddr;

use crate::cells;
use crate::faucet;

const NAME: &str = "Sandbox Tether USD";
const SYMBOL: &str = "USDT";
const DESCRIPTION: &str = "A stablecoin to play with. It is worth nothing.";
/// Name and symbol can be copied. The address cannot: this text alone makes it another one.
const COUNTERFEIT_DESCRIPTION: &str = "It calls itself USDT, and is not.";
const DECIMALS: u8 = 6;

/// Op-codes of TEP-74, and of our minter for `mint` (contracts/README.md).
pub const MINT: u32 = 0x345e_6b4f;
pub const TRANSFER: u32 = 0x0f8a_7ea5;
pub const INTERNAL_TRANSFER: u32 = 0x178d_4519;

static MINTER: LazyLock<Minter> = LazyLock::new(|| Minter::new(DESCRIPTION));
static COUNTERFEIT: LazyLock<Minter> = LazyLock::new(|| Minter::new(COUNTERFEIT_DESCRIPTION));

/// A master contract, ours or a forger's.
pub(crate) struct Minter {
    address: TonAddress,
    init: ArcCell,
    wallet_code: ArcCell,
}

/// What the compiler left in `contracts/build`.
#[derive(Deserialize)]
struct Build {
    code: String,
}

impl Minter {
    fn new(description: &str) -> Self {
        let code = code(include_str!("../../../contracts/build/jetton-minter.json"));
        let wallet_code = code_of_wallet();
        let text = |text| cells::snake(&[], text);
        let metadata = cells::build(|cell| {
            cell.store_u8(8, DECIMALS)?
                .store_reference(&text(NAME))?
                .store_reference(&text(SYMBOL))?
                .store_reference(&text(description))?
                .store_bit(false)
        });
        let data = cells::build(|cell| {
            cell.store_coins(&BigUint::ZERO)?
                .store_address(&faucet::address())?
                .store_reference(&wallet_code)?
                .store_reference(&metadata)
        });
        let (address, init) = deployment(code, data);
        Self { address, init, wallet_code }
    }

    pub fn master(&self) -> StdAddr {
        cells::std_addr(&self.address)
    }

    /// What deploys it.
    pub fn init(&self) -> &ArcCell {
        &self.init
    }

    /// Where `owner` keeps its jettons; follows from the contract's code alone.
    pub fn wallet_of(&self, owner: &StdAddr) -> StdAddr {
        let data = cells::build(|cell| {
            cell.store_coins(&BigUint::ZERO)?
                .store_address(&cells::ton_address(owner))?
                .store_address(&self.address)
        });
        cells::std_addr(&deployment(self.wallet_code.clone(), data).0)
    }
}

/// The test stablecoin's own minter.
pub(crate) fn genuine() -> &'static Minter {
    &MINTER
}

/// A forger's, which differs in nothing but its address.
pub(crate) fn counterfeit() -> &'static Minter {
    &COUNTERFEIT
}

/// The jetton's master contract.
pub fn master() -> StdAddr {
    MINTER.master()
}

/// Where `owner` keeps their USDT.
pub fn wallet_of(owner: &StdAddr) -> StdAddr {
    MINTER.wallet_of(owner)
}

/// The minter's `Mint`: new jettons for `recipient`, without a notification.
pub(crate) fn mint(recipient: &StdAddr, units: u128) -> ArcCell {
    cells::build(|cell| {
        cell.store_u32(32, MINT)?
            .store_u64(64, 0)?
            .store_address(&cells::ton_address(recipient))?
            .store_coins(&BigUint::from(units))?
            .store_coins(&BigUint::ZERO)?
            .store_bit(false)
    })
}

/// A transfer of jettons, sent by their owner to the owner's jetton wallet.
pub(crate) struct Transfer<'a> {
    pub units: u128,
    pub to: &'a StdAddr,
    /// Whom the change goes back to.
    pub change_to: &'a StdAddr,
    /// Nanograms that travel on with the notification; none sends no notification.
    pub forward: u128,
    pub payload: Option<ArcCell>,
}

impl Transfer<'_> {
    pub fn to_cell(&self) -> ArcCell {
        cells::build(|cell| {
            cell.store_u32(32, TRANSFER)?
                .store_u64(64, 0)?
                .store_coins(&BigUint::from(self.units))?
                .store_address(&cells::ton_address(self.to))?
                .store_address(&cells::ton_address(self.change_to))?
                .store_bit(false)?
                .store_coins(&BigUint::from(self.forward))?
                .store_bit(self.payload.is_some())?;
            match &self.payload {
                Some(payload) => cell.store_reference(payload),
                None => Ok(cell),
            }
        })
    }
}

fn deployment(code: ArcCell, data: ArcCell) -> (TonAddress, ArcCell) {
    let address = TonAddress::derive(0, code.clone(), data.clone()).expect("code and data fit");
    let init = StateInit::new(code, data).to_cell().expect("code and data fit").to_arc();
    (address, init)
}

fn code_of_wallet() -> ArcCell {
    code(include_str!("../../../contracts/build/jetton-wallet.json"))
}

fn code(build: &str) -> ArcCell {
    let build: Build = serde_json::from_str(build).expect("the compiler wrote JSON");
    let boc = BASE64_STANDARD.decode(build.code).expect("the compiler wrote base64");
    BagOfCells::parse(&boc)
        .and_then(BagOfCells::single_root)
        .expect("the compiler wrote a bag of cells")
}
