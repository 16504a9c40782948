import type { FieldProps } from "./Field";
import { Field } from "./Field";

interface Props<T extends string> extends FieldProps {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly disabled?: boolean;
}

export function SelectField<T extends string>({ label, hint, fault, optional, value, onChange, options, disabled }: Props<T>) {
  return (
    <Field label={label} hint={hint} fault={fault} optional={optional}>
      {(wiring) => (
        <select
          {...wiring}
          className="input select"
          value={value}
          disabled={disabled}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      )}
    </Field>
  );
}
