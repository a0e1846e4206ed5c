//! Get-methods.

use num_bigint::BigInt;
use sandbox::chain::{Item, NO_CODE};
use tycho_types::models::StdAddr;

use crate::support::{GRAM, Payment, V5R1_WALLET_ID, alice_and_bob};

#[tokio::test]
async fn a_wallet_tells_its_number_and_key() {
    let (chain, alice, bob) = alice_and_bob().await;
    alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    chain.produce(1).await.unwrap();
    let ask = |method: &str| chain.run_get_method(&alice.address(), method, &[]).unwrap();

    let answer = ask("seqno");
    assert_eq!((answer.exit_code, answer.stack), (0, vec![Item::Number(BigInt::from(1))]));
    let key = BigInt::from_bytes_be(num_bigint::Sign::Plus, &alice.wallet.key_pair.public_key);
    assert_eq!(ask("get_public_key").stack, [Item::Number(key)]);
    assert_eq!(ask("get_subwallet_id").stack, [Item::Number(BigInt::from(V5R1_WALLET_ID))]);
}

#[tokio::test]
async fn what_is_not_there_has_an_exit_code() {
    let (chain, alice, bob) = alice_and_bob().await;
    alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    chain.produce(1).await.unwrap();
    let missing = chain.run_get_method(&alice.address(), "no_such_method", &[]).unwrap();
    assert_eq!(missing.exit_code, 11);
    assert!(!missing.is_success());
    let nobody = chain.run_get_method(&StdAddr::ZERO, "seqno", &[]).unwrap();
    assert_eq!((nobody.exit_code, nobody.stack.len()), (NO_CODE, 0));
}
