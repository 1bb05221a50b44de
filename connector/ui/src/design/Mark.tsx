/** Two halves of a broken token: the sign of this software. Its edges fit. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <path
        fill="var(--accent)"
        d="M14.2 3.1A13 13 0 0 0 14.2 28.9L11.4 24.2 16.2 20.4 11.6 15.4 16.4 11.4 12.6 7.4Z"
      />
      <path
        fill="light-dark(var(--mantine-color-petrol-4), var(--mantine-color-petrol-6))"
        d="M17.8 3.1A13 13 0 0 1 17.8 28.9L15 24.6 19.8 20.6 15.2 15.6 20 11.6 16.2 7.6Z"
      />
    </svg>
  );
}
