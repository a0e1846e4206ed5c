// The v3 HTTP API as a `ContractProvider`, so that contracts published in
// `@ton/ton` can be opened over it. No client for v3 is on the npm registry;
// this one knows transport only, what the answers mean is up to `@ton/core`.

import { Address, beginCell, Cell, external, openContract, storeMessage, TupleReader } from '@ton/core';
import { get, post } from './world.mjs';

const API = '/api/v3';

export const query = (path, params) => get(`${API}/${path}?${new URLSearchParams(params)}`);
export const broadcast = (message) => post(`${API}/message`, { boc: message.toBoc().toString('base64') });

export async function transactions(params) {
  return (await query('transactions', params)).transactions;
}

export const opened = (contract) => openContract(contract, ({ address, init }) => provider(address, init));

function provider(address, init) {
  return {
    open: opened,
    getState: () => state(address),
    get: (name, args) => runGetMethod(address, name, args),
    external: async (body) => {
      const deployed = (await state(address)).state.type === 'active';
      await broadcast(beginCell().store(storeMessage(external({ to: address, init: deployed ? null : init, body }))).endCell());
    },
  };
}

async function state(address) {
  const { accounts } = await query('accountStates', { address: address.toString(), include_boc: 'true' });
  const [account] = accounts;
  const boc = (base64) => (base64 ? Buffer.from(base64, 'base64') : null);
  const last = account && BigInt(account.last_transaction_lt) > 0n
    ? { lt: BigInt(account.last_transaction_lt), hash: Buffer.from(account.last_transaction_hash, 'base64') }
    : null;
  return {
    balance: BigInt(account?.balance ?? 0),
    extracurrency: null,
    last,
    state: account?.status === 'active'
      ? { type: 'active', code: boc(account.code_boc), data: boc(account.data_boc) }
      : { type: account?.status === 'frozen' ? 'frozen' : 'uninit' },
  };
}

async function runGetMethod(address, method, args) {
  const answer = await post(`${API}/runGetMethod`, { address: address.toString(), method, stack: args.map(written) });
  if (answer.exit_code !== 0) throw new Error(`${method} of ${address}: exit code ${answer.exit_code}`);
  return { stack: new TupleReader(answer.stack.map(read)), gasUsed: BigInt(answer.gas_used) };
}

function written(item) {
  if (item.type === 'int') return { type: 'num', value: `0x${item.value.toString(16)}` };
  return { type: item.type, value: item.cell.toBoc().toString('base64') };
}

function read({ type, value }) {
  if (type === 'num') return { type: 'int', value: value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value) };
  if (type === 'cell' || type === 'slice') return { type, cell: Cell.fromBase64(value) };
  if (type === 'tuple' || type === 'list') return { type: 'tuple', items: value.map(read) };
  throw new Error(`a stack entry of type ${type}`);
}

/** `0:ABC…` and `0:abc…` and `UQ…` are one address. */
export const sameAddress = (one, other) => Address.parse(one).equals(typeof other === 'string' ? Address.parse(other) : other);
