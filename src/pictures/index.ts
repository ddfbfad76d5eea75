/** The door `gradus/pictures`: pictures and reports as plain data, in the terminal, as SVG and as files. */

export type { Experiment, Setting } from "./experiment.ts";
export { activationsOf } from "./of/activations.ts";
export { confusionOf, mistakesOf } from "./of/answers.ts";
export { curvesOf } from "./of/curves.ts";
export { gradientNormsOf } from "./of/gradients.ts";
export { weightsOf } from "./of/weights.ts";
export type { Axis, Chart, Image, Images, Matrix, Picture, Point, Series, Surface } from "./picture.ts";
export { type Agreement, type Report, sentence, type Table, tableMarkdown, type Verdict } from "./report.ts";
export { type ReportFile, savePictures, saveReport } from "./save.ts";
export { svg } from "./svg.ts";
export { type TextOptions, text } from "./text.ts";
