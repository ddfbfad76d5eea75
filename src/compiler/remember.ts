/** Plans that are made once per machine for equal questions: deep networks ask the same again in every block. */

import type { Machine } from "./machine.ts";

/** The function, with its answers kept; questions are equal where their JSON is. */
export function remembering<Q, A>(answer: (question: Q, machine: Machine) => A): typeof answer {
  const machines = new WeakMap<Machine, Map<string, A>>();
  return (question, machine) => {
    const answers = machines.get(machine) ?? new Map<string, A>();
    machines.set(machine, answers);
    const key = JSON.stringify(question);
    if (!answers.has(key)) answers.set(key, answer(question, machine));
    return answers.get(key)!;
  };
}
