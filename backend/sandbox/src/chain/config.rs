//! The network's configuration, built in code: no dump of mainnet, no binary blob. The prices are
//! mainnet's, so fees here are the fees people pay there.

use tycho_executor::{ExecutorParams, ParsedConfig};
use tycho_types::cell::HashBytes;
use tycho_types::dict::Dict;
use tycho_types::error::Error;
use tycho_types::models::{
    BlockchainConfig, GasLimitsPrices, GlobalCapabilities, GlobalVersion, MsgForwardPrices,
    StoragePrices, WorkchainDescription, WorkchainFormat, WorkchainFormatBasic,
};
use tycho_vm::BehaviourModifiers;

use super::execute::Frame;

/// What TON's newest contracts expect: TVM 12, which is also the newest tycho-vm implements.
const GLOBAL_VERSION: u32 = 12;
const CAPABILITIES: u64 = 0x1ee;

const CONFIG_ADDRESS: HashBytes = HashBytes([0x55; 32]);
const ELECTOR_ADDRESS: HashBytes = HashBytes([0x33; 32]);

/// Everything the executor wants to know about the network `id` (ConfigParam 19).
pub(super) fn network(id: i32) -> Result<ParsedConfig, Error> {
    let mut params = BlockchainConfig::new_empty(CONFIG_ADDRESS).params;
    params.set_global_version(&GlobalVersion {
        version: GLOBAL_VERSION,
        capabilities: GlobalCapabilities::from(CAPABILITIES),
    })?;
    params.set_global_id(id)?;
    params.set_elector_address(&ELECTOR_ADDRESS)?;
    params.set_fundamental_addresses(&[ELECTOR_ADDRESS, CONFIG_ADDRESS])?;
    for masterchain in [false, true] {
        params.set_gas_prices(masterchain, &gas(masterchain))?;
        params.set_msg_forward_prices(masterchain, &forwarding(masterchain))?;
    }
    params.set_storage_prices(&[StoragePrices {
        utime_since: 0,
        bit_price_ps: 1,
        cell_price_ps: 500,
        mc_bit_price_ps: 1000,
        mc_cell_price_ps: 500_000,
    }])?;
    let mut workchains = Dict::new();
    workchains.set(0, basechain())?;
    params.set_workchains(&workchains)?;
    ParsedConfig::parse(BlockchainConfig { address: CONFIG_ADDRESS, params }, 0)
}

/// How a transaction is executed in one block.
pub(super) fn block_params(frame: Frame) -> ExecutorParams {
    let chksig_always_succeed = frame.ignores_signatures;
    ExecutorParams {
        block_unixtime: frame.utime,
        block_lt: frame.start_lt(),
        rand_seed: frame.rand_seed,
        vm_modifiers: BehaviourModifiers { chksig_always_succeed, ..Default::default() },
        charge_action_fees_on_fail: true,
        disable_delete_frozen_accounts: true,
        strict_extra_currency: true,
        ..ExecutorParams::default()
    }
}

fn gas(masterchain: bool) -> GasLimitsPrices {
    GasLimitsPrices {
        gas_price: if masterchain { 10_000 } else { 400 } << 16,
        gas_limit: 1_000_000,
        special_gas_limit: if masterchain { 70_000_000 } else { 1_000_000 },
        gas_credit: 10_000,
        block_gas_limit: 10_000_000,
        freeze_due_limit: 100_000_000,
        delete_due_limit: 1_000_000_000,
        flat_gas_limit: 100,
        flat_gas_price: if masterchain { 1_000_000 } else { 40_000 },
    }
}

fn forwarding(masterchain: bool) -> MsgForwardPrices {
    let times = if masterchain { 25 } else { 1 };
    MsgForwardPrices {
        lump_price: 400_000 * times,
        bit_price: 26_214_400 * times,
        cell_price: 2_621_440_000 * times,
        ihr_price_factor: 98_304,
        first_frac: 21_845,
        next_frac: 21_845,
    }
}

fn basechain() -> WorkchainDescription {
    WorkchainDescription {
        enabled_since: 0,
        actual_min_split: 0,
        min_split: 0,
        max_split: 0,
        active: true,
        accept_msgs: true,
        zerostate_root_hash: HashBytes::ZERO,
        zerostate_file_hash: HashBytes::ZERO,
        version: 0,
        format: WorkchainFormat::Basic(WorkchainFormatBasic { vm_mode: 0, vm_version: 0 }),
    }
}
