// How anybody verifies a receipt in Node. npm install canonicalize
import { createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';

/** The receipt, if this service has signed it. Its transactions are still to be looked up. */
export async function verifyReceipt(signed, service) {
  const listed = await fetch(new URL('/.well-known/remit-receipts.json', service));
  const known = (await listed.json()).keys.find(({ id }) => id === signed.signature.key);
  if (!known) throw new Error('the service has no such key');
  const x = Buffer.from(known.public_key, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const message = Buffer.from(canonicalize(signed.receipt)); // RFC 8785
  if (!verify(null, message, key, Buffer.from(signed.signature.value, 'base64'))) {
    throw new Error('the receipt was changed, or somebody else has signed it');
  }
  return signed.receipt;
}
