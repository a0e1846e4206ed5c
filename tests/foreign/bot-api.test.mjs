// The Bot API by grammY: its own long polling, its own errors, a person who answers.

import { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { Bot, GrammyError, InlineKeyboard } from 'grammy';
import { BOT_TOKEN, get, person, test, until, withFaults, WORLD_URL } from './world.mjs';

const client = { apiRoot: WORLD_URL };
const api = new Bot(BOT_TOKEN, { client }).api;
let alice;
let bot;
let polling;
const heard = { messages: [], taps: [] };

before(async () => {
  alice = await person('alice');
  bot = new Bot(BOT_TOKEN, { client });
  bot.on('message:text', (ctx) => heard.messages.push(ctx.message));
  bot.on('callback_query:data', async (ctx) => {
    heard.taps.push(ctx.callbackQuery);
    await ctx.answerCallbackQuery({ text: 'noted' });
  });
  await new Promise((onStart, failed) => {
    polling = bot.start({ onStart, drop_pending_updates: true });
    polling.catch(failed);
  });
  await alice.starts();
});
after(() => bot.stop());

/** Unlike anything another test has written. */
const unique = (text) => `${text} ${Date.now()}`;
const refusal = (code, words) => (error) =>
  error instanceof GrammyError && error.error_code === code && words.test(error.description);

test('the bot knows itself', async () => {
  const me = await api.getMe();
  assert.equal(me.is_bot, true);
  assert.equal(me.username, (await get('/sandbox/info')).bot.username);
  assert.equal(me.id, Number(BOT_TOKEN.split(':')[0]));
});

test('another token is not let in', async () => {
  const stranger = new Bot('123456:not-the-token', { client });
  await assert.rejects(stranger.api.getMe(), refusal(401, /Unauthorized/));
});

test('what a person says comes by long polling', async () => {
  const words = unique('hello');
  await alice.says(words);
  const message = await until('update', () => heard.messages.find(({ text }) => text === words));
  assert.equal(message.from.id, alice.id);
  assert.equal(message.from.username, alice.username);
  assert.equal(message.chat.id, alice.id);
  assert.equal(message.chat.type, 'private');
});

test('/start brings its parameter, marked as a command', async () => {
  const parameter = `inv_${Date.now()}`;
  await alice.starts(parameter);
  const message = await until('update', () => heard.messages.find(({ text }) => text === `/start ${parameter}`));
  assert.deepEqual(message.entities, [{ type: 'bot_command', offset: 0, length: 6 }]);
});

test('HTML becomes text with entities, and a keyboard is shown', async () => {
  const keyboard = new InlineKeyboard().url('Open', 'https://example.org/').row().text('Yes', 'yes').text('No', 'no');
  const sent = await api.sendMessage(alice.id, '<b>1.5 GRAM</b> from <i>B&amp;B</i> 💎 <code>ref</code>', { parse_mode: 'HTML', reply_markup: keyboard });
  assert.equal(sent.text, '1.5 GRAM from B&B 💎 ref');
  assert.deepEqual(sent.entities, [
    { type: 'bold', offset: 0, length: 8 },
    { type: 'italic', offset: 14, length: 3 },
    { type: 'code', offset: 21, length: 3 },
  ]);
  assert.deepEqual(sent.reply_markup.inline_keyboard, keyboard.inline_keyboard);
  const shown = await alice.sees('message', ({ id }) => id === sent.message_id);
  assert.equal(shown.from, 'bot');
  assert.equal(shown.text, sent.text);
  assert.deepEqual(shown.buttons.map((row) => row.map(({ text }) => text)), [['Open'], ['Yes', 'No']]);
});

test('broken HTML is refused', async () => {
  await assert.rejects(api.sendMessage(alice.id, '<b>1.5', { parse_mode: 'HTML' }), refusal(400, /can't parse entities/));
});

test('an empty message is refused', async () => {
  await assert.rejects(api.sendMessage(alice.id, ''), refusal(400, /message text is empty/));
});

test('nobody is a chat that was not found', async () => {
  await assert.rejects(api.sendMessage(1, 'hello?'), refusal(400, /chat not found/));
});

test('a tap comes back as a callback query', async () => {
  const keyboard = new InlineKeyboard().text('Confirm', unique('confirm'));
  const sent = await api.sendMessage(alice.id, 'Sure?', { reply_markup: keyboard });
  const message = await alice.sees('message', ({ id }) => id === sent.message_id);
  await alice.taps(message, message.buttons[0][0].callback_data);
  const tap = await until('callback query', () => heard.taps.find(({ data }) => data === keyboard.inline_keyboard[0][0].callback_data));
  assert.equal(tap.message.message_id, sent.message_id);
  assert.equal(tap.from.id, alice.id);
});

test('an edit replaces the words and takes the keyboard away', async () => {
  const sent = await api.sendMessage(alice.id, 'Waiting', { reply_markup: new InlineKeyboard().text('Stop', 'stop') });
  const edited = await api.editMessageText(alice.id, sent.message_id, '<b>Paid</b>', { parse_mode: 'HTML' });
  assert.equal(edited.text, 'Paid');
  const shown = await alice.sees('edit', ({ id, edited: done }) => id === sent.message_id && done);
  assert.equal(shown.text, 'Paid');
  assert.deepEqual(shown.buttons, []);
  const again = api.editMessageText(alice.id, sent.message_id, '<b>Paid</b>', { parse_mode: 'HTML' });
  await assert.rejects(again, refusal(400, /message is not modified/));
});

test('too many requests say when to come back', async () => {
  await withFaults({ telegram: { rate_limit_next: 1, retry_after: 3 } }, async () => {
    await assert.rejects(api.sendMessage(alice.id, 'now'), (error) =>
      refusal(429, /Too Many Requests/)(error) && error.parameters.retry_after === 3);
  });
  await api.sendMessage(alice.id, 'later');
});

test('who has blocked the bot is not reached', async () => {
  await alice.blocks();
  await assert.rejects(api.sendMessage(alice.id, 'are you there?'), refusal(403, /bot was blocked by the user/));
  await alice.unblocks();
  await api.sendMessage(alice.id, 'welcome back');
});

test('of two who poll the newer goes on', async () => {
  let end;
  polling.catch((error) => { end = error; });
  // Between two of its polls the bot does not notice, and is the newer one with the next.
  await until('end of the polling', async () => {
    await api.getUpdates({ timeout: 0 });
    return end;
  });
  assert.ok(refusal(409, /terminated by other getUpdates request/)(end), end);
});
