export type Order = { id: number; product: string; count: number; cents: number; state: string };

const orders: Order[] = [];

export function addOrder(order: Omit<Order, 'id'>): Order {
  const added = { id: orders.length + 1, ...order };
  orders.push(added);
  return added;
}

export function findOrder(id: number): Order | undefined {
  return orders.find((order) => order.id === id);
}

export function saveOrder(order: Order): void {
  orders[order.id - 1] = order;
}
