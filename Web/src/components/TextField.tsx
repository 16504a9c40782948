import type { InputHTMLAttributes } from "react";
import type { FieldProps } from "./Field";
import { Field } from "./Field";

interface Props extends FieldProps, Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "id"> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
  readonly unit?: string;
}

export function TextField({ label, hint, fault, optional, value, onChange, mono = false, unit, ...rest }: Props) {
  return (
    <Field label={label} hint={hint} fault={fault} optional={optional}>
      {(wiring) => (
        <span className="input-box">
          <input
            type="text"
            autoComplete="off"
            spellCheck={false}
            {...rest}
            {...wiring}
            className={`input${mono ? " mono" : ""}`}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          {unit !== undefined && <span className="input-box__unit">{unit}</span>}
        </span>
      )}
    </Field>
  );
}
