export type Product = { name: string; cents: number };

const products: Product[] = [
  { name: 'rye', cents: 450 },
  { name: 'brioche', cents: 300 },
];

export function findProduct(name: string): Product | undefined {
  return products.find((product) => product.name === name);
}
