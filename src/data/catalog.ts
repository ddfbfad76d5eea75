/**
 * The data sets that Gradus knows by name and others publish: their files with SHA-256, the official addresses, who made them and
 * under which licence. A table and nothing else; load.ts says how the files are read.
 */

import type { Shape } from "../base/shape.ts";
import { digitNames } from "./digits.ts";

/** Sets that come as files. */
export type PublishedName = "mnist" | "fashion-mnist" | "semeion" | "usps";

/** Every name that {@link loadData} takes. */
export type DataName = "ink" | PublishedName;

/** What someone published: files, and where they are. */
export interface PublishedSet {
  readonly name: string;
  /** Folders on the net; a file's name is appended. Asked in turn. */
  readonly addresses: readonly string[];
  /** The official file names, each with its SHA-256. */
  readonly files: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
  readonly licence: string;
}

/** The four official names of MNIST and of those that follow it. */
export const idxNames: {
  readonly train: readonly [inputs: string, labels: string];
  readonly test: readonly [inputs: string, labels: string];
} = {
  train: ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
  test: ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"],
};

export const published: Readonly<Record<PublishedName, PublishedSet>> = {
  mnist: {
    name: "mnist",
    addresses: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: {
      "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    classes: digitNames,
    licence: "CC BY-SA 3.0, as usually cited (Y. LeCun, C. Cortes, C. Burges)",
  },
  "fashion-mnist": {
    name: "fashion-mnist",
    addresses: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    files: {
      "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
    classes: [
      ...["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"],
      ...["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    ],
    licence: "MIT (Zalando SE)",
  },
  semeion: {
    name: "semeion",
    addresses: ["https://archive.ics.uci.edu/ml/machine-learning-databases/semeion/"],
    files: { "semeion.data": "f43228ae3da5ea6a3c95069d53450b86166770e3b719dcc333182128fe08d4b1" },
    classes: digitNames,
    licence: "CC BY 4.0 (Tactile Srl, Semeion Research Center)",
  },
  usps: {
    name: "usps",
    addresses: ["https://hastie.su.domains/ElemStatLearn/datasets/"],
    files: {
      "zip.train.gz": "66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16",
      "zip.test.gz": "8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f",
    },
    classes: digitNames,
    licence: "none stated: for your own use, not to be passed on",
  },
};

const shapes: Readonly<Record<DataName, Shape>> = {
  ink: [16, 16],
  mnist: [28, 28],
  "fashion-mnist": [28, 28],
  semeion: [16, 16],
  usps: [16, 16],
};

/** The input shape of a set before it is read; null for what is no name of a set. */
export function knownShape(source: string): Shape | null {
  return isDataName(source) ? shapes[source] : null;
}

/** In the order in which people are told of them. */
export const dataNames: readonly DataName[] = ["ink", ...(Object.keys(published) as PublishedName[])];

export function isDataName(text: string): text is DataName {
  return (dataNames as readonly string[]).includes(text);
}
