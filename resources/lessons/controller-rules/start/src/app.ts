// The application: routers, and what errors look like over HTTP.

import express from 'express';
import { orders } from './controllers/orders.controller.ts';
import { NotFound, Refused } from './errors.ts';

export const app = express();

app.use('/orders', orders);

app.use((error: Error, req, res, next) => {
  const status = error instanceof NotFound ? 404 : error instanceof Refused ? 409 : 500;
  res.status(status).json({ error: error.message });
});
