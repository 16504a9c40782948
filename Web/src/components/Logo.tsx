export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="logo__box" width="32" height="32" rx="8" />
      <g className="logo__lines"><path d="M16 12.500V7.500M12.900 17.800 8.600 20.300M19.100 17.800l4.300 2.500" /><circle cx="16" cy="16" r="3.600" /></g>
      <g className="logo__dots"><circle cx="16" cy="6.500" r="2.200" /><circle cx="7.800" cy="20.800" r="2.200" /><circle cx="24.200" cy="20.800" r="2.200" /></g>
    </svg>
  );
}
