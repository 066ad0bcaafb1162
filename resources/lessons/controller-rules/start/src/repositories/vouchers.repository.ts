export type Voucher = { code: string; cents: number; from: number };

const vouchers: Voucher[] = [{ code: 'SUNDAY', cents: 200, from: 1000 }];

export function findVoucher(code: string): Voucher | undefined {
  return vouchers.find((voucher) => voucher.code === code);
}
