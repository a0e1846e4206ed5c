//! Where money comes from in the sandbox.

use sha2::{Digest, Sha256};
use tonlib_core::TonAddress;
use tycho_types::cell::Cell;
use tycho_types::models::StdAddr;

use crate::assets::Asset;
use crate::cells;
use crate::chain::{Chain, Injected, Injection, Refused};
use crate::usdt::{self, Minter};

/// GRAM that pay for a mint on its way; what is left comes back to the faucet.
const MINT_VALUE: u128 = 100_000_000;

/// The account that gives money away and may mint USDT. It has no key and no contract: the world
/// speaks for it.
pub(crate) fn address() -> TonAddress {
    let hash: [u8; 32] = Sha256::digest(b"remit sandbox faucet").into();
    TonAddress::new(0, hash.into())
}

/// Gives `units` of `asset` to an address, in one of the next blocks; with GRAM it can deploy the
/// contract there.
pub(crate) fn give(
    chain: &Chain,
    to: &StdAddr,
    units: u128,
    asset: Asset,
    init: Option<Cell>,
) -> Result<Injected, Refused> {
    match asset {
        Asset::Gram => chain.inject(Injection {
            source: cells::std_addr(&address()),
            destination: to.clone(),
            value: units,
            bounce: false,
            body: None,
            init,
        }),
        Asset::Usdt => mint(chain, usdt::genuine(), to, units),
    }
}

/// Makes new jettons of a minter for an address.
pub(crate) fn mint(
    chain: &Chain,
    minter: &Minter,
    to: &StdAddr,
    units: u128,
) -> Result<Injected, Refused> {
    chain.inject(Injection {
        source: cells::std_addr(&address()),
        destination: minter.master(),
        value: MINT_VALUE,
        bounce: true,
        body: Some(cells::readable(&usdt::mint(to, units))),
        init: Some(cells::readable(minter.init())),
    })
}
