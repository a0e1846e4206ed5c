// How a shop in Node verifies a webhook. npm install standardwebhooks
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** The event, if it was signed with your secret (whsec_…) within the last five minutes. `body` is the
 *  text that arrived, byte for byte: verify first, parse then. */
export function verify(secret, headers, body) {
  return new Webhook(secret).verify(body, headers);
}

/** The same with the public key (whpk_…), which need not be kept secret. */
export function verifyWithPublicKey(publicKey, headers, body) {
  const at = Number(headers['webhook-timestamp']);
  if (!(Math.abs(Date.now() / 1000 - at) < 300)) throw new Error('the webhook is too old or too new');
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${headers['webhook-id']}.${at}.${body}`);
  const good = headers['webhook-signature'].split(' ').some((part) => {
    const [version, signature] = part.split(',');
    return version === 'v1a' && verifySignature(null, content, key, Buffer.from(signature, 'base64'));
  });
  if (!good) throw new Error('nobody we know has signed this webhook');
  return JSON.parse(body);
}
