import { Router } from 'express';
import { addOrder, findOrder, saveOrder } from '../repositories/orders.repository.ts';
import { findProduct } from '../repositories/products.repository.ts';
import { findVoucher } from '../repositories/vouchers.repository.ts';

export const orders = Router();

orders.get('/quote', (req, res) => {
  const product = findProduct(req.query.product);
  if (product === undefined) {
    res.status(404).json({ error: 'no such product' });
    return;
  }
  const count = Number(req.query.count);
  const full = product.cents * count;
  res.json({ cents: count >= 10 ? Math.round(full * 0.9) : full });
});

orders.post('/', (req, res) => {
  const { product, count, voucher } = req.body;
  const known = findProduct(product);
  if (known === undefined) {
    res.status(404).json({ error: 'no such product' });
    return;
  }
  let cents = known.cents * count;
  if (count >= 10) {
    cents = Math.round(cents * 0.9);
  }
  if (voucher !== undefined) {
    const found = findVoucher(voucher);
    if (found === undefined || cents < found.from) {
      res.status(409).json({ error: 'the voucher is not valid here' });
      return;
    }
    cents -= found.cents;
  }
  res.status(201).json(addOrder({ product, count, cents, state: 'open' }));
});

orders.post('/:id/cancel', (req, res) => {
  const order = findOrder(Number(req.params.id));
  if (order === undefined) {
    res.status(404).json({ error: 'no such order' });
    return;
  }
  if (order.state !== 'open') {
    res.status(409).json({ error: 'the order is not open' });
    return;
  }
  const cancelled = { ...order, state: 'cancelled' };
  saveOrder(cancelled);
  res.json(cancelled);
});
