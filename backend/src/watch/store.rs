//! What is remembered of the chain itself: its network, and how far it has been read.

use ton::network::Network;

use crate::{
    db::{One, Result, Text, Tx, execute, rows},
    time::Time,
};

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

pub async fn remember_head(tx: &mut Tx, block: u32, time: Time) -> Result<()> {
    execute!(
        tx,
        "update chain set block = $1, time = $2 where id = 1 and block < $1",
        i64::from(block),
        time
    )?;
    Ok(())
}
