/** Networks with weights written by hand. */

import { type Network, type Shape, type Tensor, tensor } from "gradus";

/** Gives a network its parameters in their order, each as a list of all its numbers: W¹, b¹, W², b² … Refuses other lengths. */
export function withWeights<N extends Network<Shape, Shape>>(net: N, ...values: readonly (readonly number[])[]): N {
  const { parameterSpecs } = net;
  if (values.length !== parameterSpecs.length) {
    throw new RangeError(
      `withWeights: needs ${parameterSpecs.length} lists of numbers for ${net}; got ${values.length}.`,
    );
  }
  const named = parameterSpecs.map(({ name, shape }, i): [string, Tensor] => [name, tensor(values[i]!, { shape })]);
  net.setParameters(new Map(named));
  return net;
}
