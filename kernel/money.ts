/** How many digits of the smallest unit a currency has: 2 for EUR, 0 for JPY, 3 for KWD. ISO 4217, as ICU knows it. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}
