//! Which network a database belongs to, and how far it has been read. Addresses and keys of one network
//! mean nothing on another.

use ton::network::Network;

use super::{One, Result, Text, Tx, execute, rows};
use crate::words::time::Time;

/// The network this database belongs to; the first time, the given one.
pub async fn remember_network(tx: &mut Tx, network: Network) -> Result<Network> {
    execute!(
        tx,
        "insert into chain (id, network, block, time) values (1, $1, 0, 0)
         on conflict (id) do nothing",
        Text(network)
    )?;
    let (found,): (Text<Network>,) =
        rows!(tx, one One<Text<Network>>, "select network from chain where id = 1")?;
    Ok(found.0)
}

/// The newest masterchain block up to which every account has been read; 0 before the first.
pub async fn block_read(tx: &mut Tx) -> Result<u32> {
    let found: Option<One<i64>> =
        rows!(tx, optional One<i64>, "select block from chain where id = 1")?;
    Ok(found.and_then(|(block,)| u32::try_from(block).ok()).unwrap_or_default())
}

/// The chain's clock at that block; `None` before the first.
pub async fn chain_time(tx: &mut Tx) -> Result<Option<Time>> {
    let found = rows!(tx, optional One<Time>, "select time from chain where id = 1 and block > 0")?;
    Ok(found.map(|(time,)| time))
}

/// Remembers up to which block every account has been read. It never goes back.
pub async fn remember_head(tx: &mut Tx, block: u32, time: Time) -> Result<()> {
    execute!(
        tx,
        "update chain set block = $1, time = $2 where id = 1 and block < $1",
        i64::from(block),
        time
    )?;
    Ok(())
}
