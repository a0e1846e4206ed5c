// ton_proof checked from the words of the specification, with Node's own
// Ed25519 and `@ton/core`'s cells; shares nothing with the service.
// https://docs.ton.org/ecosystem/ton-connect (requests and responses, address proof)

import { createHash, createPublicKey, verify } from 'node:crypto';
import { Address, Cell, contractAddress, loadStateInit } from '@ton/core';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** DER header of an Ed25519 SubjectPublicKeyInfo; the 32 bytes of the key follow. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Throws the first thing that is wrong. */
export function checkProof({ address, publicKey, walletStateInit }, { timestamp, domain, payload, signature }) {
  const { workChain, hash } = ownsAddress(Address.parse(address), publicKey, walletStateInit);
  const name = Buffer.from(domain.value, 'utf8');
  if (name.length !== domain.lengthBytes) throw new Error('lengthBytes is not the length of the domain');

  const [workchain, length, time] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(8)];
  workchain.writeInt32BE(workChain);
  length.writeUInt32LE(name.length);
  time.writeBigUInt64LE(BigInt(timestamp));
  const message = sha256(Buffer.from('ton-proof-item-v2/'), workchain, hash, length, name, time, Buffer.from(payload, 'utf8'));
  const signed = sha256(Buffer.from([0xff, 0xff]), Buffer.from('ton-connect'), message);

  const key = createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(publicKey, 'hex')]), format: 'der', type: 'spki' });
  if (!verify(null, signed, key, Buffer.from(signature, 'base64'))) throw new Error('the signature is of something else');
}

/** The address is the hash of the state, and the state of a W5 wallet holds the key. */
function ownsAddress(address, publicKey, walletStateInit) {
  const init = loadStateInit(Cell.fromBase64(walletStateInit).beginParse());
  if (!contractAddress(address.workChain, init).equals(address)) throw new Error('the state is of another address');
  const data = init.data.beginParse();
  data.skip(1 + 32 + 32); // is_signature_allowed, seqno, wallet_id
  if (data.loadBuffer(32).toString('hex') !== publicKey) throw new Error('the key is of another wallet');
  return address;
}
