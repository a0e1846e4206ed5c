import { describe, expect, it } from 'vitest';
import { bare, readTarget, type Refusal } from './links';

const RAW = '0:e4d954ef9f4e1250a26b5bbad76a1cdd17cfd08babad6f4c23e372270aef6f76';
const ADDRESS = 'UQDk2VTvn04SUKJrW7rXahzdF8_Qi6utb0wj43InCu9vdmcU';
const OWN = { public_url: 'https://pay.example', app_url: 'https://t.me/remit_bot?startapp=', bot_username: 'remit_bot' };
const read = (text: string) => readTarget(text, OWN);

describe('a payment link', () => {
  it.each([
    ADDRESS, RAW, `ton://transfer/${ADDRESS}`, `TON://TRANSFER/${ADDRESS}`, `ton:${ADDRESS}`, `ton:${RAW}`,
    `tonkeeper://transfer/${ADDRESS}`, `https://app.tonkeeper.com/transfer/${ADDRESS}`,
    `ton://transfer/${ADDRESS}?amount=80&memo=4000111222`, `ton://transfer/${ADDRESS}?comment=4000111222`,
    `ton://transfer/${ADDRESS}?Text=4000111222`, `ton://transfer/${ADDRESS}?amount=1000000000&exp=1600000000`,
    `ton://transfer/${ADDRESS}?amount=5000000&jetton=${RAW}`, `${ADDRESS}?amount=1`, `ton://transfer/${ADDRESS}?text=a%20b%2Bc`,
  ])('%s goes to the service whole', (text) => expect(read(`\ufeff ${text}\u200b\n`)).toEqual({ kind: 'ask', query: text }));

  it.each<[string, Refusal]>([
    ['bin=te6cc', 'contract'], ['amount=1&Init=x', 'contract'], ['fee=1', 'unknown'], ['amount', 'value'], ['amount=0', 'value'],
    ['amount=1.5', 'value'], ['amount=9223372036854775808', 'value'], ['amount=1&Amount=1', 'twice'], ['text=1&memo=1', 'twice'],
    ['exp=soon', 'value'], ['exp=1795000000000', 'value'], ['jetton=USDT', 'value'], ['text=%zz', 'value'], ['text=%ff', 'value'],
    ['text=a+b', 'plus'], ['amount=1#text=7', 'fragment'],
  ])('with %s is refused: %s', (query, why) => expect(read(`ton://transfer/${ADDRESS}?${query}`)).toMatchObject({ kind: 'refused', why }));
});

describe('a name', () => {
  it.each(['@bob', 'bob', ' @bob\u200b', 'https://t.me/bob', 'http://t.me/bob/', 't.me/bob', 'HTTPS://T.ME/bob', 'https://bob.t.me', 'tg://resolve?domain=bob'])(
    '%s is that person', (text) => expect(read(text)).toEqual({ kind: 'ask', query: '@bob' }),
  );
});

describe('what is our own', () => {
  it.each([
    ['inv_01m7q5', 'invoice'], ['req_01m7q5', 'request'], ['pay_01m7q5', 'payment'], ['https://pay.example/pay/inv_01m7q5', 'invoice'],
    ['https://t.me/remit_bot?startapp=inv_01m7q5', 'invoice'], ['t.me/Remit_Bot?startapp=req_01m7q5', 'request'],
    ['https://t.me/remit_bot/app?startapp=inv_01m7q5', 'invoice'],
  ])('%s opens what it names', (text, name) => expect(read(text)).toMatchObject({ kind: 'open', route: { name } }));
});

describe('everything else', () => {
  it.each<[string, Refusal]>([
    ['alice.ton', 'dns'], ['https://t.me/+AbCd', 'telegram'], ['https://t.me/joinchat/AbCd', 'telegram'], ['https://t.me/some_bot?start=x', 'telegram'],
    ['https://t.me/other_bot?startapp=inv_01m7q5', 'telegram'], ['https://ton.org', 'web'], ['https://other.example/pay/inv_01m7q5', 'web'],
    ['bitcoin:bc1qar0', 'other'], ['tc://?v=2', 'other'], ['0x52908400098527886E0F7030069857D2E4169EE7', 'network'],
    ['TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE', 'network'], [`${ADDRESS.slice(0, 9)}\u200b${ADDRESS.slice(9)}`, 'invisible'],
    ['one two three four five six seven eight nine ten eleven twelve', 'secret'],
  ])('%s is called by its name: %s', (text, why) => expect(read(text)).toMatchObject({ kind: 'refused', why }));

  it('is nothing while nothing is there', () => expect(read(' \ufeff\u200b ')).toBeNull());
  it('a broken address is the service\'s to explain', () => expect(read('EQabc')).toEqual({ kind: 'ask', query: 'EQabc' }));
});

it('takes off what cannot be seen, at the ends only', () => {
  expect(bare('\u202a\u00a0@bob\u00ad\u2060')).toBe('@bob');
  expect(bare('a\u200bb')).toBe('a\u200bb');
});
