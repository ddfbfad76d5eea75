/**
 * Numbers as people read them in a terminal: grouped thousands, percentages, durations. The same on every machine: no locale.
 */

/** `648010` → `648,010`; fractions are dropped. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `0.9762` → `97.6 %`; only what is exactly 0 or 1 is written as 0.0 % or 100.0 %. */
export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return "–";
  const rounded = (fraction * 100).toFixed(1);
  if (rounded === "100.0" && fraction < 1) return "99.9 %";
  if (rounded === "0.0" && fraction > 0) return "0.1 %";
  return `${rounded} %`;
}

/** Four digits that matter: `2.303`, `0.04512`, `1.2e-7`. */
export function significant(value: number, digits: number = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(Math.max(0, digits - 3));
  return value.toPrecision(digits);
}

/** A duration in seconds: `0.42 s`, `7.3 s`, `48 s`, `2 min 05 s`, `1 h 04 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A rate: `820`, `15,300`, `1.2 M`. Below a million it is rounded to three digits. */
export function rate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "–";
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toPrecision(3)} M`;
  return thousands(Number(perSecond.toPrecision(3)));
}

/** `count(1, "mistake")` → `1 mistake`, `count(2, "mistake")` → `2 mistakes`. */
export function count(value: number, noun: string): string {
  return `${thousands(value)} ${noun}${value === 1 ? "" : "s"}`;
}
