// What the bakery does with orders. Knows nothing of HTTP.

export type Wish = { product: string; count: number };
