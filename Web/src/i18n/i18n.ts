import { en } from "./en";
import { de } from "./de";

/** The keys of every text of the page. */
export type Key = keyof typeof en;
/** A catalogue has a text for each key. A key that ends in `_one` or `_other` is chosen by number. */
export type Catalogue = Readonly<Record<Key, string>>;
export type CountKey = Extract<Key, `${string}_other`> extends `${infer Base}_other` ? Base : never;

export const catalogues = { en, de } as const;
export type Language = keyof typeof catalogues;
export const languages: readonly Language[] = ["en", "de"];

type Parameters = Readonly<Record<string, string | number>>;

/** The language that the browser asks for, as far as there is a catalogue for it. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    const found = languages.find((language) => language === base);
    if (found !== undefined) return found;
  }
  return "en";
}

/** Texts and formats of one language. */
export class I18n {
  readonly collator: Intl.Collator;
  private readonly plurals: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;
  private readonly short: Intl.NumberFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  private readonly instant: Intl.DateTimeFormat;
  private readonly exactInstant: Intl.DateTimeFormat;

  constructor(readonly language: Language, private readonly locale: string = language) {
    this.collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
    this.plurals = new Intl.PluralRules(locale);
    this.numbers = new Intl.NumberFormat(locale);
    this.short = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
    this.relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
    this.instant = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    this.exactInstant = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
  }

  /** A text, with `{name}` replaced. What is put in is never markup. */
  readonly t = (key: Key, parameters?: Parameters): string => {
    const text: string = catalogues[this.language][key];
    if (parameters === undefined) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = parameters[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? this.numbers.format(value) : value;
    });
  };

  /** A text that depends on a number, which it may show as `{count}`. */
  readonly tn = (key: CountKey, count: number, parameters?: Parameters): string => {
    const form = this.plurals.select(count) === "one" ? "one" : "other";
    return this.t(`${key}_${form}` as Key, { count, ...parameters });
  };

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** Bytes as `wg show` counts them, by 1024. */
  bytes(value: number): string {
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = 0;
    let amount = value;
    while (amount >= 1023.5 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    return `${unit === 0 ? this.numbers.format(Math.round(amount)) : this.short.format(amount)} ${units[unit] ?? ""}`;
  }

  /** Bytes a second as network people say it: bits, by 1000. */
  rate(bytesPerSecond: number): string {
    const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"];
    let unit = 0;
    let amount = bytesPerSecond * 8;
    while (amount >= 999.5 && unit < units.length - 1) {
      amount /= 1000;
      unit++;
    }
    return `${unit === 0 ? this.numbers.format(Math.round(amount)) : this.short.format(amount)} ${units[unit] ?? ""}`;
  }

  /** `2 min ago`, `in 3 days`. Times in seconds. */
  ago(time: number, now: number): string {
    const seconds = time - now;
    const size = Math.abs(seconds);
    if (size < 5) return this.t("time.now");
    if (size < 60) return this.relative.format(Math.round(seconds), "second");
    if (size < 3600) return this.relative.format(Math.round(seconds / 60), "minute");
    if (size < 86_400) return this.relative.format(Math.round(seconds / 3600), "hour");
    if (size < 86_400 * 45) return this.relative.format(Math.round(seconds / 86_400), "day");
    if (size < 86_400 * 550) return this.relative.format(Math.round(seconds / (86_400 * 30.44)), "month");
    return this.relative.format(Math.round(seconds / (86_400 * 365.25)), "year");
  }

  /** `2 days 3 hours`: the two largest units. */
  duration(seconds: number): string {
    const parts: [number, "day" | "hour" | "minute" | "second"][] = [
      [Math.floor(seconds / 86_400), "day"],
      [Math.floor((seconds % 86_400) / 3600), "hour"],
      [Math.floor((seconds % 3600) / 60), "minute"],
      [Math.floor(seconds % 60), "second"],
    ];
    const first = parts.findIndex(([amount]) => amount > 0);
    const shown = (first < 0 ? parts.slice(3) : parts.slice(first, first + 2)).filter(([amount], index) => index === 0 || amount > 0);
    return shown
      .map(([amount, unit]) => new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: "short" }).format(amount))
      .join(" ");
  }

  date(time: number): string {
    return this.instant.format(time * 1000);
  }

  exactDate(time: number): string {
    return this.exactInstant.format(time * 1000);
  }

  /** A label on a time axis: the hour within a day, else the day. */
  tick(time: number, span: number): string {
    const options: Intl.DateTimeFormatOptions =
      span <= 600 ? { hour: "2-digit", minute: "2-digit", second: "2-digit" } : span <= 2 * 86_400 ? { hour: "2-digit", minute: "2-digit" } : span <= 100 * 86_400 ? { day: "numeric", month: "short" } : { month: "short", year: "2-digit" };
    return new Intl.DateTimeFormat(this.locale, options).format(time * 1000);
  }
}
