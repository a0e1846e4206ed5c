// A small economy for the jetton stories: a chain, an admin with a minter, and
// people with wallets. Bodies are written here by hand from TEP-74 and TEP-89,
// so that the contracts are not checked against their own encoder.

import { readFileSync } from 'node:fs';
import { Blockchain, createShardAccount } from '@ton/sandbox';
import { Address, beginCell, Cell, contractAddress, Dictionary, toNano } from '@ton/core';

export const Op = {
  transfer: 0x0f8a7ea5,
  internalTransfer: 0x178d4519,
  transferNotification: 0x7362d09c,
  excesses: 0xd53276db,
  burn: 0x595f07bc,
  burnNotification: 0x7bdd97de,
  provideWalletAddress: 0x2c76b973,
  takeWalletAddress: 0xd1735400,
  mint: 0x345e6b4f,
  changeAdmin: 0x3985df84,
};

/** Exit codes by name, read from the source so that the two cannot drift apart. */
export const Exit = Object.fromEntries(
  [...source('errors').matchAll(/^ {4}(\w+) = (\w+)$/gm)].map(([, name, code]) => [name, Number(code)]),
);

/** Measured constants by name, read from the source likewise. */
export const Fees = Object.fromEntries(
  [...source('fees').matchAll(/^const (\w+) = (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
);

function source(name) {
  return readFileSync(new URL(`../jetton/${name}.tolk`, import.meta.url), 'utf8');
}

function code(name) {
  const { code } = JSON.parse(readFileSync(new URL(`../build/jetton-${name}.json`, import.meta.url), 'utf8'));
  return Cell.fromBase64(code);
}

export const usdt = (amount) => toNano(amount) / 1000n;
export const comment = (text) => beginCell().storeUint(0, 32).storeStringTail(text).endCell();
const text = (value) => beginCell().storeStringTail(value).endCell();

/** `Either Cell ^Cell`: nothing, or the payload in a reference. */
const inReference = (payload) => (builder) =>
  payload ? builder.storeBit(1).storeRef(payload) : builder.storeBit(0);
/** The same payload without a cell of its own. */
export const inline = (payload) => (builder) => builder.storeBit(0).storeSlice(payload.asSlice());

export async function economy() {
  const chain = await Blockchain.create();
  const admin = await person(chain, 'admin');
  const minter = await Minter.deploy(chain, admin);
  const [alice, bob, mallory] = await Promise.all(['alice', 'bob', 'mallory'].map((name) => person(chain, name)));
  for (const one of [admin, alice, bob, mallory]) one.uses(await minter.walletOf(one.address));
  return { chain, admin, minter, alice, bob, mallory };
}

async function person(chain, name) {
  return new Person(chain, await chain.treasury(name));
}

/** Somebody with GRAM, and an address where their jettons are. */
class Person {
  constructor(chain, treasury) {
    this.chain = chain;
    this.treasury = treasury;
    this.address = treasury.address;
  }

  uses(wallet) {
    this.wallet = wallet;
  }

  async sends(to, body, { value = toNano('0.2'), bounce = true } = {}) {
    const { transactions } = await this.treasury.send({ to, value, bounce, body });
    return transactions;
  }

  async transfers(amount, to, { from = this.wallet, excessesTo = this.address, ...rest } = {}) {
    const { forward = 0n, payload, writePayload = inReference(payload), customPayload = null, ...envelope } = rest;
    const body = beginCell()
      .storeUint(Op.transfer, 32).storeUint(7, 64).storeCoins(amount)
      .storeAddress(to.address ?? to).storeAddress(excessesTo).storeMaybeRef(customPayload)
      .storeCoins(forward).storeWritable(writePayload).endCell();
    return this.sends(from, body, envelope);
  }

  async burns(amount, { from = this.wallet, excessesTo = this.address, ...envelope } = {}) {
    const body = beginCell()
      .storeUint(Op.burn, 32).storeUint(8, 64).storeCoins(amount).storeAddress(excessesTo).storeMaybeRef(null).endCell();
    return this.sends(from, body, envelope);
  }

  async jettons() {
    return (await this.walletData())?.balance ?? 0n;
  }

  async walletData() {
    const { accountState } = await this.chain.getContract(this.wallet);
    if (accountState?.type !== 'active') return null;
    const { stackReader: stack } = await this.chain.runGetMethod(this.wallet, 'get_wallet_data');
    return {
      balance: stack.readBigNumber(), owner: stack.readAddress(), minter: stack.readAddress(), code: stack.readCell(),
    };
  }

  async grams(of = this.address) {
    return (await this.chain.getContract(of)).balance;
  }
}

export class Minter {
  static async deploy(chain, admin, { image = null } = {}) {
    const minter = new Minter(chain, admin, image);
    await admin.treasury.send({ to: minter.address, value: toNano('1'), init: minter.init, bounce: false });
    return minter;
  }

  constructor(chain, admin, image) {
    const metadata = beginCell().storeUint(6, 8)
      .storeRef(text('Tether USD')).storeRef(text('USDT')).storeRef(text('Worth nothing.'))
      .storeMaybeRef(image && text(image)).endCell();
    const data = beginCell()
      .storeCoins(0).storeAddress(admin.address).storeRef(code('wallet')).storeRef(metadata).endCell();
    this.chain = chain;
    this.admin = admin;
    this.init = { code: code('minter'), data };
    this.address = contractAddress(0, this.init);
  }

  async mints(amount, to, { by = this.admin, forward = 0n, payload, writePayload = inReference(payload), ...envelope } = {}) {
    const body = beginCell()
      .storeUint(Op.mint, 32).storeUint(9, 64).storeAddress(to.address ?? to).storeCoins(amount)
      .storeCoins(forward).storeWritable(writePayload).endCell();
    return by.sends(this.address, body, envelope);
  }

  async handsOverTo(next, { by = this.admin } = {}) {
    const body = beginCell().storeUint(Op.changeAdmin, 32).storeUint(0, 64).storeAddress(next?.address ?? null).endCell();
    return by.sends(this.address, body);
  }

  async isAskedFor(owner, { by, includeOwner = false, ...envelope }) {
    const body = beginCell()
      .storeUint(Op.provideWalletAddress, 32).storeUint(5, 64).storeAddress(owner).storeBit(includeOwner).endCell();
    return by.sends(this.address, body, envelope);
  }

  async walletOf(owner) {
    const args = [{ type: 'slice', cell: beginCell().storeAddress(owner).endCell() }];
    const { stackReader } = await this.chain.runGetMethod(this.address, 'get_wallet_address', args);
    return stackReader.readAddress();
  }

  async data() {
    const { stackReader: stack } = await this.chain.runGetMethod(this.address, 'get_jetton_data');
    return {
      supply: stack.readBigNumber(), mintable: stack.readBoolean(), admin: stack.readAddressOpt(),
      content: stack.readCell(), walletCode: stack.readCell(),
    };
  }
}

/** TEP-64: the on-chain dictionary, values as text. */
export function attributes(content) {
  const slice = content.beginParse();
  if (slice.loadUint(8) !== 0) throw new Error('not on-chain content');
  const raw = slice.loadDict(Dictionary.Keys.BigUint(256), Dictionary.Values.Cell());
  return new Map(raw.keys().map((key) => [key, snake(raw.get(key))]));
}

function snake(cell) {
  const bytes = [];
  for (let slice = cell.beginParse(); ; slice = slice.loadRef().beginParse()) {
    bytes.push(slice.loadBuffer(slice.remainingBits / 8));
    if (slice.remainingRefs === 0) break;
  }
  const all = Buffer.concat(bytes);
  if (all[0] !== 0) throw new Error('not snake data');
  return all.subarray(1).toString('utf8');
}

/** From now on `address` refuses every message: its code is SETCP0, THROW 1000. */
export async function refuses(chain, address) {
  const code = beginCell().storeUint(0xff00f2c3e8n, 40).endCell();
  await chain.setShardAccount(address, createShardAccount({ address, code, data: Cell.EMPTY, balance: toNano('1') }));
}

export const masterchain = (address) => new Address(-1, address.hash);
