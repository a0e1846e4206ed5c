//! Get-methods. The VM's values are not `Send`, so a call is made and answered within one thread.

use num_bigint::BigInt;
use tycho_executor::ParsedConfig;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::dict::Dict;
use tycho_types::error::Error;
use tycho_types::models::{self, AccountState, LibDescr, StdAddr};
use tycho_vm::{
    GasParams, OwnedCellSlice, RcStackValue, SmcInfoBase, SmcInfoTonV11, StackValue,
    StackValueType, VmGetterMethodId, VmState, VmVersion,
};

use super::transaction::Account;

/// What a node answers when there is no code to run.
pub const NO_CODE: i32 = -13;

/// A contract has the gas to nest tuples deeper than our thread's stack is.
const MAX_NESTING: usize = 32;

/// A value on the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Null,
    NotANumber,
    Number(BigInt),
    Cell(Cell),
    Slice(Cell),
    Builder(Cell),
    Tuple(Vec<Item>),
    /// A continuation, or a tuple nested too deep to be looked into.
    Other,
}

/// What the method left behind. `exit_code` 0 and 1 are success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub exit_code: i32,
    pub gas_used: u64,
    pub stack: Vec<Item>,
}

/// A method by name, or by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    Named(String),
    Number(u32),
}

impl From<&str> for Method {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl Answer {
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.exit_code, 0 | 1)
    }
}

impl Item {
    #[must_use]
    pub fn as_number(&self) -> Option<&BigInt> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The content of a cell, a slice or a builder.
    #[must_use]
    pub fn as_cell(&self) -> Option<&Cell> {
        match self {
            Self::Cell(cell) | Self::Slice(cell) | Self::Builder(cell) => Some(cell),
            _ => None,
        }
    }

    /// An address in a slice; `addr_none` and everything else is `None`.
    #[must_use]
    pub fn as_address(&self) -> Option<StdAddr> {
        self.as_cell()?.parse::<StdAddr>().ok()
    }

    #[must_use]
    pub fn address(address: &StdAddr) -> Self {
        Self::Slice(CellBuilder::build_from(address).expect("an address fits a cell"))
    }
}

/// `VmCaller` of tycho-vm runs getters as TVM 11, where newer contracts fail; so the machine is
/// assembled here.
pub(super) fn run(
    config: &ParsedConfig,
    now: u32,
    account: &Account,
    method: &Method,
    stack: &[Item],
) -> Result<Answer, Error> {
    let missing = Answer { exit_code: NO_CODE, gas_used: 0, stack: Vec::new() };
    let Some(found) = account.shard.load_account()? else { return Ok(missing) };
    let AccountState::Active(init) = &found.state else { return Ok(missing) };
    let Some(code) = init.code.clone() else { return Ok(missing) };
    let id = match method {
        Method::Named(name) => name.as_getter_method_id(),
        Method::Number(number) => *number,
    };
    let mut stack = stack.iter().map(into_vm).collect::<Result<Vec<_>, _>>()?;
    stack.push(RcStackValue::new_dyn_value(BigInt::from(id)));
    let public: Dict<HashBytes, LibDescr> = Dict::new();
    let libraries = (&init.libraries, &public);
    let mut vm = VmState::builder()
        .with_smc_info(surroundings(config, now, &account.address, &found, code.clone())?)
        .with_code(code)
        .with_data(init.data.clone().unwrap_or_default())
        .with_libraries(&libraries)
        .with_init_selector(false)
        .with_stack(stack)
        .with_gas(GasParams::getter())
        .with_version(VmVersion::LATEST_TON)
        .build();
    let exit_code = !vm.run();
    let stack = vm.stack.items.iter().map(|item| from_vm(item.as_ref(), 0)).collect();
    Ok(Answer { exit_code, gas_used: vm.gas.consumed(), stack })
}

/// What the code finds in its register c7.
fn surroundings(
    config: &ParsedConfig,
    now: u32,
    address: &StdAddr,
    found: &models::Account,
    code: Cell,
) -> Result<SmcInfoTonV11, Error> {
    Ok(SmcInfoBase::new()
        .with_now(now)
        .with_block_lt(found.last_trans_lt)
        .with_tx_lt(found.last_trans_lt)
        .with_mixed_rand_seed(&HashBytes::ZERO, &address.address)
        .with_account_balance(found.balance.clone())
        .with_account_addr(found.address.clone())
        .with_config(config.raw.params.clone())
        .require_ton_v4()
        .with_code(code)
        .require_ton_v6()
        .fill_unpacked_config()?
        .require_ton_v11())
}

fn into_vm(item: &Item) -> Result<RcStackValue, Error> {
    Ok(match item {
        Item::Number(number) => RcStackValue::new_dyn_value(number.clone()),
        Item::Cell(cell) => RcStackValue::new_dyn_value(cell.clone()),
        Item::Slice(cell) => {
            RcStackValue::new_dyn_value(OwnedCellSlice::new_allow_exotic(cell.clone()))
        }
        Item::Builder(cell) => {
            let mut builder = CellBuilder::new();
            builder.store_slice(cell.as_slice()?)?;
            RcStackValue::new_dyn_value(builder)
        }
        Item::Tuple(items) => {
            let items: Vec<RcStackValue> = items.iter().map(into_vm).collect::<Result<_, _>>()?;
            RcStackValue::new_dyn_value(items)
        }
        Item::NotANumber => tycho_vm::Stack::make_nan(),
        Item::Null | Item::Other => tycho_vm::Stack::make_null(),
    })
}

fn from_vm(item: &dyn StackValue, depth: usize) -> Item {
    if let Some(number) = item.as_int() {
        Item::Number(number.clone())
    } else if let Some(cell) = item.as_cell() {
        Item::Cell(cell.clone())
    } else if let Some(slice) = item.as_cell_slice() {
        Item::Slice(CellBuilder::build_from(slice.apply()).unwrap_or_default())
    } else if let Some(builder) = item.as_cell_builder() {
        Item::Builder(builder.clone().build().unwrap_or_default())
    } else if let Some(items) = item.as_tuple().filter(|_| depth < MAX_NESTING) {
        Item::Tuple(items.iter().map(|item| from_vm(item.as_ref(), depth + 1)).collect())
    } else if item.is_null() {
        Item::Null
    } else if item.raw_ty() == StackValueType::Int as u8 {
        Item::NotANumber
    } else {
        Item::Other
    }
}
