/** What is left until then: `4:05`, `1:04:05`; null when it is over. */
export function countdown(to: string, now: number): string | null {
  const left = Math.ceil((Date.parse(to) - now) / 1000);
  if (!(left > 0)) return null;
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
