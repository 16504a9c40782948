import type { ReactNode } from "react";
import { useId } from "react";

export interface Choice<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly text: string;
  readonly picture?: ReactNode;
}

/** A few choices that need a sentence each, as cards. */
export function ChoiceField<T extends string>({ label, value, onChange, choices }: {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly Choice<T>[];
}) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend className="field__label">{label}</legend>
      <div className="choices__list">
        {choices.map((choice) => (
          <label key={choice.value} className="choice">
            <input type="radio" name={name} value={choice.value} checked={choice.value === value} onChange={() => onChange(choice.value)} />
            {choice.picture}
            <span className="choice__title">{choice.title}</span>
            <span className="choice__text">{choice.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
