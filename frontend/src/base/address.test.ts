import { describe, expect, it } from 'vitest';
import { rawOf, sameAccount, shorten } from './address';

// One account in its forms, from TON's own documentation of addresses.
const RAW = '0:e4d954ef9f4e1250a26b5bbad76a1cdd17cfd08babad6f4c23e372270aef6f76';
const BOUNCEABLE = 'EQDk2VTvn04SUKJrW7rXahzdF8_Qi6utb0wj43InCu9vdjrR';
const NON_BOUNCEABLE = 'UQDk2VTvn04SUKJrW7rXahzdF8_Qi6utb0wj43InCu9vdmcU';

describe('accounts', () => {
  it('are the same in every spelling', () => {
    expect(rawOf(BOUNCEABLE)).toBe(RAW);
    expect(sameAccount(RAW.toUpperCase(), NON_BOUNCEABLE)).toBe(true);
    expect(sameAccount(BOUNCEABLE.replace(/_/g, '/'), RAW)).toBe(true);
  });

  it('differ when they differ, and rubbish equals nothing', () => {
    expect(sameAccount(RAW, RAW.replace('e4', 'e5'))).toBe(false);
    expect(sameAccount('rubbish', 'rubbish')).toBe(false);
  });

  it('are shortened at both ends, short names not at all', () => {
    expect(shorten(BOUNCEABLE)).toBe('EQDk2V…9vdjrR');
    expect(shorten('@bob')).toBe('@bob');
  });
});
