// What the bakery does today, over HTTP. These tests stay as they are.

import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { app } from '../src/app.ts';

let server: ReturnType<typeof app.listen>;

before(async () => {
  await new Promise<void>((ready) => (server = app.listen(0, ready)));
});

after(() => server.close());

async function ask(method: string, path: string, body?: object): Promise<[number, any]> {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
  return [answer.status, await answer.json()];
}

test('a quote is count times price', async () => {
  assert.deepEqual(await ask('GET', '/orders/quote?product=rye&count=2'), [200, { cents: 900 }]);
});

test('ten of a kind are a tenth cheaper', async () => {
  assert.deepEqual(await ask('GET', '/orders/quote?product=brioche&count=10'), [200, { cents: 2700 }]);
});

test('a product that nobody bakes is 404', async () => {
  const answer = await ask('GET', '/orders/quote?product=cement&count=1');
  assert.deepEqual(answer, [404, { error: 'no such product' }]);
});

test('an order is placed', async () => {
  const [status, order] = await ask('POST', '/orders', { product: 'rye', count: 2 });
  assert.equal(status, 201);
  assert.deepEqual({ ...order, id: 0 }, { id: 0, product: 'rye', count: 2, cents: 900, state: 'open' });
});

test('a voucher takes its value off', async () => {
  const wish = { product: 'rye', count: 3, voucher: 'SUNDAY' };
  assert.equal((await ask('POST', '/orders', wish))[1].cents, 1150);
});

test('a voucher is for orders of its size', async () => {
  const wish = { product: 'rye', count: 2, voucher: 'SUNDAY' };
  assert.deepEqual(await ask('POST', '/orders', wish), [409, { error: 'the voucher is not valid here' }]);
});

test('an open order is cancelled, once', async () => {
  const [, order] = await ask('POST', '/orders', { product: 'rye', count: 1 });
  assert.equal((await ask('POST', `/orders/${order.id}/cancel`))[1].state, 'cancelled');
  const again = await ask('POST', `/orders/${order.id}/cancel`);
  assert.deepEqual(again, [409, { error: 'the order is not open' }]);
});

test('an order that is not there is not cancelled', async () => {
  assert.deepEqual(await ask('POST', '/orders/999/cancel'), [404, { error: 'no such order' }]);
});
